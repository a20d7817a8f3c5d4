import type { BusinessHours, Platform } from '#schema/events/values.ts';
import type { ChannelSettings } from './settings.ts';

export type ChannelStatus = 'ACTIVE' | 'PAUSED' | 'NEEDS_REAUTHORIZATION' | 'REMOVED';

export interface CompanyRow {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly timeZone: string;
  readonly businessHours: BusinessHours | null;
  readonly version: number;
}

/** A channel as clients see it: without its credentials. */
export interface ChannelRow {
  readonly id: string;
  readonly companyId: string;
  readonly platform: Platform;
  readonly name: string;
  readonly externalId: string;
  readonly status: ChannelStatus;
  readonly settings: ChannelSettings;
}

export interface ChannelHealthRow {
  readonly channelId: string;
  readonly lastEventAt: Date | null;
  readonly lastDeliveryAt: Date | null;
  readonly lastError: string | null;
  readonly pendingDeliveries: number;
}

export interface BusinessHoursRow extends BusinessHours {}
