import { describeFixtures } from '../../testing/describeFixtures.ts';
import { webChatToFacts } from './toFacts.ts';

describeFixtures('webchat', webChatToFacts, {
  id: '01890a5d-ac96-774b-bcce-b302099a8057',
  externalId: 'acme-demo',
});
