import { createHmac } from 'node:crypto';
import type { GraphAccount } from './accounts.ts';
import { badParameter, badToken, failed, noSuchObject, success, type Answer } from './answers.ts';
import { describe, lookUp } from './lookUps.ts';
import { sendMessage } from './messagingApi.ts';
import { subscribe } from './subscribedApps.ts';
import { sendWhatsAppMessage } from './whatsAppApi.ts';
import type { GraphCall, GraphWorld } from './world.ts';

/** What Graph answers to a call, by the rules of the platforms. No network in here. */
export function answerCall(call: GraphCall, world: GraphWorld): Answer {
  const { token } = call;
  if (token === undefined || !world.accounts.isGood(token)) return badToken();
  const proof = call.query.get('appsecret_proof');
  if (proof !== null && proof !== createHmac('sha256', world.appSecret).update(token).digest('hex')) {
    return badParameter('Invalid appsecret_proof provided in the API argument');
  }
  const mine = world.accounts.of(token);
  const named = call.id === 'me' ? mine.find(({ kind }) => kind !== 'whatsapp') : world.accounts.find(call.id);
  const account = named && mine.includes(named) ? named : undefined;
  if (call.method === 'GET' && call.edge === undefined) {
    return account ? describe(account, call) : lookUp(call, mine, world);
  }
  return account ? act(account, call, world) : noSuchObject(call.id);
}

function act(account: GraphAccount, { method, edge, body }: GraphCall, world: GraphWorld): Answer {
  switch (`${method} ${edge ?? ''}`) {
    case 'POST messages':
      return account.kind === 'whatsapp'
        ? sendWhatsAppMessage(account, body, world)
        : sendMessage(account, body, world);
    case 'POST subscribed_apps':
      return subscribe(account, body, world.accounts);
    case 'DELETE subscribed_apps':
      world.accounts.unsubscribe(account.id);
      return success({ success: true });
    default:
      return failed(400, { message: `Unknown path components: /${edge ?? ''}`, code: 2500 });
  }
}
