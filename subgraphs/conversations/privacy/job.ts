/** What a worker has taken. */
export interface PrivacyJob {
  readonly companyId: string;
  readonly id: string;
  readonly kind: 'EXPORT' | 'ERASURE';
  readonly contactId: string;
  readonly attempts: number;
}
