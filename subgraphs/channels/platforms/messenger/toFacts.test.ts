import { describeFixtures } from '../../testing/describeFixtures.ts';
import { messengerToFacts } from './toFacts.ts';

const page = { id: '01890a5d-ac96-774b-bcce-b302099a8057', externalId: '104921837264518' };

describeFixtures('messenger', messengerToFacts, page);
