import { describeFixtures } from '../../testing/describeFixtures.ts';
import { instagramToFacts } from './toFacts.ts';

const account = { id: '01890a5d-ac96-774b-bcce-b302099a8057', externalId: '17841405822304914' };

describeFixtures('instagram', instagramToFacts, account);
