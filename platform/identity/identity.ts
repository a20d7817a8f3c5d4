import { z } from 'zod';

export const roleSchema = z.enum(['AGENT', 'SUPERVISOR', 'ADMIN']);
export type Role = z.output<typeof roleSchema>;

/** Ids become `uuid` parameters of queries: what is none must not come that far. */
const id = z.guid();
const scopes = z.array(z.string()).readonly();

const agent = { kind: z.literal('agent'), companyId: id, agentId: id, role: roleSchema, scopes };
const agentSchema = z.object(agent).readonly();
/** The same, as the router says it to subgraphs. */
const askingAgentSchema = z
  .object({
    ...agent,
    /** Asked for all agents of the same rights, none of whom is limited to their teams: refused where this one is. */
    forAll: z.literal(true).optional(),
  })
  .readonly();
const partnerSchema = z
  .object({
    kind: z.literal('partner'),
    companyId: id,
    partner: z.string().min(1),
    scopes,
    /** Of the key that was shown; absent when a token was. */
    keyId: id.optional(),
  })
  .readonly();
const serviceSchema = z
  .object({ kind: z.literal('service'), companyId: id, service: z.string().min(1), scopes })
  .readonly();

/** Somebody on a company's web site, who may see their own conversation and nothing else. */
const visitorSchema = z
  .object({
    kind: z.literal('visitor'),
    companyId: id,
    channelId: id,
    visitorId: id,
    /** Of the page that the token was issued to: on pages of others it is worth nothing. */
    origin: z.string().min(1),
    scopes,
  })
  .readonly();
export type VisitorIdentity = z.output<typeof visitorSchema>;

/** Who can come from outside with a bearer token. */
export const clientIdentitySchema = z.discriminatedUnion('kind', [agentSchema, partnerSchema, visitorSchema]);
export type ClientIdentity = z.output<typeof clientIdentitySchema>;

/** Who asks, for which company. A service is one of ours, and never comes from outside. */
export type Identity = z.output<typeof identitySchema>;
export const identitySchema = z.discriminatedUnion('kind', [
  askingAgentSchema,
  partnerSchema,
  visitorSchema,
  serviceSchema,
]);
