import type { Database } from '#platform/postgres/database.ts';
import type { SwitchboardCatalogue } from '#schema/events/catalogue.ts';
import { saveDocument, type NewDocument } from './commands/addDocument.ts';

const documents: readonly Omit<NewDocument, 'format'>[] = [
  {
    title: 'Returns and refunds',
    source: 'https://example.com/help/returns',
    text: `
You can send back anything you bought from us within **30 days** of receiving it, as long as it is unworn and has its labels.

## How to return something
1. Open your order and choose *Return items*.
2. Print the label, or show the code at any parcel shop.
3. Hand the parcel in. Returns from within the country are free.

## When you get your money back
We refund the price to the card or account you paid with within five working days after the parcel has reached our
warehouse. The bank may need three more days to show it.

## Exchanges
For another size or colour, send the old one back and order the new one: so nobody takes the last pair while yours travels.
`,
  },
  {
    title: 'Shipping and delivery times',
    source: 'https://example.com/help/shipping',
    text: `
Orders placed before 2 pm on a working day leave our warehouse the same day.

| Where to | Time | Cost |
|---|---|---|
| Within the country | 2 to 3 working days | 4.90, free from 50 |
| European Union | 4 to 6 working days | 9.90 |
| Rest of the world | 8 to 14 working days | 24.90, duties not included |

## Where is my parcel?
The tracking link is in the e-mail that we send when the parcel leaves. It can take a day until it shows something.
A parcel that has not moved for five working days counts as lost: write to us, and we send a new one.
`,
  },
  {
    title: 'Opening hours of our shop',
    source: 'https://example.com/help/opening-hours',
    text: `
The shop is open Monday to Friday from 9 am to 6 pm and on Saturday from 10 am to 4 pm. It is closed on Sundays and on
public holidays; on 24 and 31 December it closes at noon.

Our support team answers messages every day from 8 am to 8 pm.
`,
  },
  {
    title: 'Resetting your password',
    source: 'https://example.com/help/password',
    text: `
If you cannot sign in, choose *Forgot password* on the login page and enter your e-mail address. We send a link that is
good for one hour.

## No e-mail arrives
Look into the spam folder first. If you registered with another address, the message goes there. After five wrong
attempts the account is locked for fifteen minutes; a new password unlocks it at once.

## We never ask for it
Nobody from our team will ever ask for your password or for a code that you were sent.
`,
  },
  {
    title: 'Warranty and repairs',
    source: 'https://example.com/help/warranty',
    text: `
Everything we sell has a warranty of **two years**; frames have five. It covers faults of material and of making.

## What it does not cover
Wear parts such as soles, batteries and tyres, damage from accidents, and repairs by others.

## How to make a claim
Send us a photo of the damage and the order number. We repair the item, or replace it when it cannot be mended. The
repair takes up to ten working days, and shipping is on us both ways.
`,
  },
];

/** Gives a company a small help centre to search. What is there already stays, so it can be repeated at every start. */
export async function seedKnowledge(database: Database<SwitchboardCatalogue>, companyId: string): Promise<void> {
  for (const document of documents) {
    await saveDocument(database, companyId, { kind: 'system' }, { ...document, format: 'MARKDOWN' });
  }
}
