import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { firstName, renderTemplate, templateProblem, type TemplateValues } from './template.ts';

const values: TemplateValues = {
  'contact.name': 'Kim van Dyke',
  'contact.firstName': 'Kim',
  'contact.email': null,
  'agent.name': 'Ada Lovelace',
  'agent.firstName': 'Ada',
  'conversation.number': '42',
};

describe('a text with variables', () => {
  test.each([
    [
      'Hello {{contact.firstName}}, #{{ conversation.number }} is done. {{agent.name}}',
      'Hello Kim, #42 is done. Ada Lovelace',
    ],
    ['{{contact.email | your address}}', 'your address'],
    ['{{contact.name|friend}}', 'Kim van Dyke'],
    ['{{contact.email | a | b}}', 'a | b'],
    ['Nothing } to { fill }} in', 'Nothing } to { fill }} in'],
  ])('%s becomes %s', (content, text) => {
    expect(templateProblem(content)).toBeUndefined();
    expect(renderTemplate(content, values)).toEqual({ text, missing: [] });
  });

  test('says once what it has no value for', () => {
    const content = 'Write to {{contact.email}} or {{contact.email}}';
    expect(renderTemplate(content, values)).toEqual({ text: 'Write to  or ', missing: ['contact.email'] });
  });

  test.each(['{{contact.password}}', '{{}}', '{{ Contact.Name }}', '{{constructor}}', '{{contact.name.length}}'])(
    'with %s is refused, with a list of what there is',
    (content) => {
      expect(templateProblem(content)).toMatch(
        /contact\.name, contact\.firstName, contact\.email, agent\.name, agent\.firstName, conversation\.number/,
      );
    },
  );

  test.each(['Hello {{contact.name', '{{contact.name}', '{{contact.name | {{agent.name}}'])(
    'is refused while a variable is not closed: %s',
    (content) => expect(templateProblem(content)).toMatch(/not closed/),
  );

  test('takes a value as text: a contact who is called like a variable stays so', () => {
    const named = { ...values, 'contact.name': '{{agent.name}} $& \n\r\t <b>x</b>\u0000' };
    const { text } = renderTemplate('Hello {{contact.name}}!', named);
    expect(text).toBe('Hello {{agent.name}} $& <b>x</b>!');
  });

  test('holds the value as it is, and the rest of the text, whatever both are', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string({ unit: 'binary' }), (before, after, name) => {
        fc.pre(!/[{}]/.test(before + after));
        const { text } = renderTemplate(`${before}{{contact.name | x}}${after}`, { ...values, 'contact.name': name });
        const value = name.replaceAll(/[\s\p{Cc}]+/gu, ' ').trim() || 'x';
        expect(text).toBe(before + value + after);
      }),
    );
  });
});

test.each([
  ['Kim van Dyke', 'Kim'],
  ['  李小龙 ', '李小龙'],
  ['', ''],
  [null, ''],
])('the first name of %j is %j', (name, first) => {
  expect(firstName(name)).toBe(first);
});
