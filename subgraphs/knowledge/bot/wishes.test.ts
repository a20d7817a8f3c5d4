import { describe, expect, test } from '@jest/globals';
import { hasWord, isAngry, saysUnhelped, smallTalkIn, wantsPerson } from './wishes.ts';

describe('what somebody wishes besides an answer', () => {
  test.each([
    'Can I talk to somebody from your team?',
    'I want a human, not a bot',
    'agent',
    'Ich möchte bitte mit einem Mitarbeiter sprechen',
    'Puis-je parler à quelqu’un ?',
    '¿Puedo hablar con un agente?',
    'Quero falar com um atendente',
    'Vorrei parlare con un operatore',
    'Kan ik een medewerker spreken?',
    'Хочу поговорить с оператором',
    'Could someone call me back?',
    'Is anybody there?',
    'Get me your manager, I need a person',
    'Kann mich bitte jemand anrufen?',
    'Ist da jemand?',
    'Pouvez-vous me rappeler ?',
    '¿Hay alguien?',
    'Tem alguém aí?',
    'C’è qualcuno?',
    'Is er iemand?',
    'Есть кто живой?',
  ])('is a person: %s', (text) => {
    expect(wantsPerson(text)).toBe(true);
  });

  test.each([
    'I don’t need to talk to a person',
    'Can I return it in person?',
    'Is the tent big enough for one person?',
    'Wie viele Personen passen in das Zelt?',
    'Which cleaning agent do you recommend?',
    'Can anyone tell me how to return shoes?',
    'Who pays the postage?',
    'Ich habe die Person auf dem Foto nicht erkannt',
    'Le colis est pour une autre personne',
  ])('is no person: %s', (text) => {
    expect(wantsPerson(text)).toBe(false);
  });

  test.each([
    'This is ridiculous',
    'WHERE IS MY ORDER NOW',
    'Hello????!',
    'So eine Frechheit',
    'C’est une honte',
    'Esto es una vergüenza',
    'È una truffa',
    'Это безобразие',
    'I have had it with you',
    'Nobody ever replies here',
    'What a terrible service',
    'Jetzt reicht’s mir',
    'Vous vous moquez de moi',
    'Es una tomadura de pelo',
    'Niemand reageert',
  ])('is to be calmed: %s', (text) => {
    expect(isAngry(text)).toBe(true);
  });

  test.each([
    'My tent is broken!',
    'DHL or UPS?',
    'Do you have it in XXL?!',
    'Is the sole stupendous?',
    'I am terrible with sizes',
    'Has nobody returned it yet?',
  ])('is not to be calmed: %s', (text) => {
    expect(isAngry(text)).toBe(false);
  });

  test.each([
    ['Hi there', 'greeting'],
    ['Guten Tag!', 'greeting'],
    ['Thanks a lot', 'thanks'],
    ['ok, vielen Dank', 'thanks'],
    ['Merci, bonne soirée', 'thanks'],
    ['great, see you tomorrow', 'thanks'],
    ['Thanks, but the zip is broken', undefined],
    ['ok cancel my order', undefined],
    ['Good boots', undefined],
    ['you', undefined],
    ['ok?', undefined],
    ['👍', undefined],
  ])('is small talk or not: %s', (text, expected) => {
    expect(smallTalkIn(text)).toBe(expected);
  });

  test('is another answer, when the one before was none', () => {
    expect(saysUnhelped('That’s not what I asked')).toBe(true);
    expect(saysUnhelped('Das hilft mir leider nicht')).toBe(true);
    expect(saysUnhelped('I meant something else')).toBe(true);
    expect(saysUnhelped('Rien à voir avec ma question')).toBe(true);
    expect(saysUnhelped('Does it help against rain?')).toBe(false);
  });

  test('is a word of the company’s, as a whole word in any case', () => {
    expect(hasWord('I will call my LAWYER.', ['lawyer'])).toBe(true);
    expect(hasWord('Please cancel my contract', ['cancel my contract'])).toBe(true);
    expect(hasWord('lawyers', ['lawyer'])).toBe(false);
    expect(hasWord('anything', [])).toBe(false);
  });
});
