import type { Outcome } from '../../commands/asAgent.ts';
import * as definitions from '../../commands/attributeDefinitions.ts';
import { blockContact, unblockContact } from '../../commands/blockContact.ts';
import * as notes from '../../commands/contactNotes.ts';
import { updateContact } from '../../commands/updateContact.ts';
import type { Context } from '../../context.ts';
import type { MutationResolvers } from '../../generated/resolvers.ts';
import { listDefinitions } from '../../queries/attributeDefinitions.ts';
import { contactPayload, deletedPayload } from './payloads.ts';

export const contactMutations = {
  updateContact: async (_parent, { input }, context) =>
    contactPayload(context, await context.run((database, identity) => updateContact(database, identity, input))),

  blockContact: async (_parent, { input }, context) =>
    contactPayload(context, await context.run((database, identity) => blockContact(database, identity, input))),

  unblockContact: async (_parent, { input }, context) =>
    contactPayload(context, await context.run((database, identity) => unblockContact(database, identity, input))),

  addContactNote: async (_parent, { input }, context) =>
    notePayload(context, await context.run((database, identity) => notes.addContactNote(database, identity, input))),

  editContactNote: async (_parent, { input }, context) =>
    notePayload(context, await context.run((database, identity) => notes.editContactNote(database, identity, input))),

  deleteContactNote: async (_parent, { input }, { run }) =>
    deletedPayload(await run((database, identity) => notes.deleteContactNote(database, identity, input))),

  createAttributeDefinition: async (_parent, { input }, context) =>
    definitionPayload(
      context,
      await context.run((database, identity) => definitions.createAttributeDefinition(database, identity, input)),
    ),

  updateAttributeDefinition: async (_parent, { input }, context) =>
    definitionPayload(
      context,
      await context.run((database, identity) => definitions.updateAttributeDefinition(database, identity, input)),
    ),

  deleteAttributeDefinition: async (_parent, { input }, { run }) =>
    deletedPayload(await run((database, identity) => definitions.deleteAttributeDefinition(database, identity, input))),
} satisfies MutationResolvers;

async function notePayload({ loaders }: Context, outcome: Outcome<{ readonly noteId: string }>) {
  if ('userErrors' in outcome) return { note: null, userErrors: outcome.userErrors };
  return { note: await loaders.contactNote.load(outcome.noteId), userErrors: [] };
}

async function definitionPayload({ viewer, read }: Context, outcome: Outcome<{ readonly definitionId: string }>) {
  if ('userErrors' in outcome) return { definition: null, userErrors: outcome.userErrors };
  const all = await read((sql) => listDefinitions(sql, viewer.companyId));
  return { definition: all.find(({ id }) => id === outcome.definitionId) ?? null, userErrors: [] };
}
