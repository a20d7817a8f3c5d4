/** The companies that a first start brings with it. The ids are fixed, so that seeding again finds what it made. */
export interface DemoCompany {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly timeZone: string;
  /** On the demo page, `/chat/<site key>/demo`. */
  readonly webChat?: {
    readonly channelId: string;
    readonly name: string;
    readonly siteKey: string;
    readonly color: string;
  };
  readonly messenger?: { readonly channelId: string; readonly name: string; readonly pageId: string };
  readonly instagram?: { readonly channelId: string; readonly name: string; readonly accountId: string };
  readonly whatsapp?: {
    readonly channelId: string;
    readonly name: string;
    readonly phoneNumberId: string;
    readonly displayPhoneNumber: string;
    readonly businessAccountId: string;
  };
  readonly telegram: { readonly channelId: string; readonly name: string; readonly botId: string };
  readonly agents: readonly {
    readonly id: string;
    readonly name: string;
    readonly email: string;
    readonly role: 'AGENT' | 'SUPERVISOR' | 'ADMIN';
  }[];
  readonly teams: readonly { readonly id: string; readonly name: string; readonly memberEmails: readonly string[] }[];
  readonly labels: readonly { readonly id: string; readonly name: string; readonly color: string }[];
}

export const demoCompanies: readonly DemoCompany[] = [
  {
    id: '01920000-0000-7000-8000-00000000ac3e',
    slug: 'acme',
    name: 'Acme Outdoor',
    timeZone: 'Europe/Berlin',
    telegram: { channelId: '01920000-0000-7000-8000-0000000c4a01', name: 'Acme Support', botId: '7000000001' },
    messenger: {
      channelId: '01920000-0000-7000-8000-0000000c4a21',
      name: 'Acme Outdoor',
      pageId: '109000000000001',
    },
    instagram: {
      channelId: '01920000-0000-7000-8000-0000000c4a31',
      name: 'acme.outdoor',
      accountId: '17841400000000901',
    },
    whatsapp: {
      channelId: '01920000-0000-7000-8000-0000000c4a41',
      name: 'Acme on WhatsApp',
      phoneNumberId: '106900000000001',
      displayPhoneNumber: '+1 555-0100',
      businessAccountId: '102900000000001',
    },
    webChat: {
      channelId: '01920000-0000-7000-8000-0000000c4a11',
      name: 'Acme web site',
      siteKey: 'acme-demo',
      color: '#23513c',
    },
    agents: [
      { id: '01920000-0000-7000-8000-00000000a001', name: 'Ada Brandt', email: 'ada@acme.example', role: 'ADMIN' },
      { id: '01920000-0000-7000-8000-00000000a002', name: 'Sol Okafor', email: 'sol@acme.example', role: 'SUPERVISOR' },
      { id: '01920000-0000-7000-8000-00000000a003', name: 'Mia Rossi', email: 'mia@acme.example', role: 'AGENT' },
      { id: '01920000-0000-7000-8000-00000000a004', name: 'Jun Sato', email: 'jun@acme.example', role: 'AGENT' },
    ],
    teams: [
      {
        id: '01920000-0000-7000-8000-00000000b001',
        name: 'Orders',
        memberEmails: ['mia@acme.example', 'jun@acme.example'],
      },
      { id: '01920000-0000-7000-8000-00000000b002', name: 'Returns', memberEmails: ['sol@acme.example'] },
    ],
    labels: [
      { id: '01920000-0000-7000-8000-00000000d001', name: 'refund', color: '#dc2626' },
      { id: '01920000-0000-7000-8000-00000000d002', name: 'delivery', color: '#2563eb' },
    ],
  },
  {
    id: '01920000-0000-7000-8000-000000061e0b',
    slug: 'globex',
    name: 'Globex Travel',
    timeZone: 'America/New_York',
    telegram: { channelId: '01920000-0000-7000-8000-0000000c4a02', name: 'Globex Concierge', botId: '7000000002' },
    whatsapp: {
      channelId: '01920000-0000-7000-8000-0000000c4a42',
      name: 'Globex on WhatsApp',
      phoneNumberId: '106900000000002',
      displayPhoneNumber: '+1 555-0101',
      businessAccountId: '102900000000002',
    },
    agents: [
      { id: '01920000-0000-7000-8000-00000000a101', name: 'Hank Moreno', email: 'hank@globex.example', role: 'ADMIN' },
      { id: '01920000-0000-7000-8000-00000000a102', name: 'Lea Dubois', email: 'lea@globex.example', role: 'AGENT' },
    ],
    teams: [{ id: '01920000-0000-7000-8000-00000000b101', name: 'Bookings', memberEmails: ['lea@globex.example'] }],
    labels: [{ id: '01920000-0000-7000-8000-00000000d101', name: 'visa', color: '#7c3aed' }],
  },
];
