import { describe, expect, it } from '@jest/globals';
import { testAccount } from '../../testing/testAccount.ts';
import { testFile } from '../../testing/testFile.ts';
import { partReference } from '../outbound.ts';
import { webChatSender } from './sender.ts';

const account = testAccount('WEB_CHAT');
const file = testFile();
const messageId = '01890a5d-ac96-774b-bcce-b302099a8059';

describe('a message to a visitor of a web chat', () => {
  it.each([
    ['a text of any length', { text: 'x'.repeat(20_000), files: [] }, 1],
    ['a text with files', { text: 'Look', files: [file, file] }, 1],
    ['files alone', { text: null, files: [file, file] }, 1],
    ['nothing', { text: null, files: [] }, 0],
  ])('with %s goes out whole', (_what, message, count) => {
    expect(webChatSender.parts(message)).toHaveLength(count);
  });

  it('is sent at once, under its own id', async () => {
    const [part] = webChatSender.parts({ text: 'Hello', files: [] });
    const options = {
      threadExternalId: 'v',
      replyToExternalId: null,
      reference: partReference(messageId, 0),
      humanAgent: false,
    };
    const result = await webChatSender.send(account, part ?? { text: '' }, options);
    expect(result).toEqual({ kind: 'sent', externalMessageId: messageId });
    expect(webChatSender.paces(account, 'v', { text: 'Hello' })).toEqual([]);
  });
});
