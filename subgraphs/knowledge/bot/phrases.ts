import type { HandOverReason } from '#schema/events/bot.ts';
import type { ReplyLanguage } from './language/vocabulary.ts';

/** What the bot says by itself. */
interface Phrases {
  /** Before a quote. */
  readonly from: (title: string) => string;
  readonly greeting: (name: string) => string;
  readonly thanks: string;
  readonly handOver: Readonly<Record<HandOverReason, string>>;
  /** After a hand-over, while nobody is there. */
  readonly back: (when: string) => string;
}

/** For dates and times. */
export const locales: Readonly<Record<ReplyLanguage, string>> = {
  english: 'en-GB',
  german: 'de',
  french: 'fr',
  spanish: 'es',
  portuguese: 'pt',
  italian: 'it',
  dutch: 'nl',
  russian: 'ru',
};

/** Of all reasons that the contact need not hear of the same is said. */
function reasons(said: {
  readonly asked: string;
  readonly unknown: string;
  readonly repeated: string;
  readonly sorry: string;
  readonly person: string;
  readonly closed: string;
}): Phrases['handOver'] {
  return {
    ASKED_FOR_PERSON: said.asked,
    NOT_IN_KNOWLEDGE: said.unknown,
    REPEATED: said.repeated,
    ANGER: said.sorry,
    COMPANY_RULE: said.person,
    OUTSIDE_HOURS: said.closed,
    MODEL_FAILED: said.person,
    BOT_AWAY: said.person,
  };
}

export const phrases: Readonly<Record<ReplyLanguage, Phrases>> = {
  english: {
    from: (title) => `From “${title}”:`,
    greeting: (name) => `Hello, this is ${name}. What can I do for you?`,
    thanks: 'You’re welcome! Just write if there is anything else.',
    handOver: reasons({
      asked: 'Of course. A colleague takes over and will answer you here.',
      unknown: 'I do not know the answer to that. A colleague takes over and will answer you here.',
      repeated: 'I cannot answer it better than that. A colleague takes over and will help you here.',
      sorry: 'I am sorry about that. A colleague takes over and will help you here.',
      person: 'A colleague takes over and will answer you here.',
      closed: 'Nobody is here at the moment. A colleague will answer you here.',
    }),
    back: (when) => `We are back on ${when}.`,
  },
  german: {
    from: (title) => `Aus „${title}“:`,
    greeting: (name) => `Hallo, hier ist ${name}. Was kann ich für Sie tun?`,
    thanks: 'Gern geschehen! Schreiben Sie einfach, wenn noch etwas ist.',
    handOver: reasons({
      asked: 'Gern. Jemand aus unserem Team übernimmt und antwortet Ihnen hier.',
      unknown: 'Darauf weiß ich keine Antwort. Jemand aus unserem Team übernimmt und antwortet Ihnen hier.',
      repeated: 'Besser kann ich es nicht beantworten. Jemand aus unserem Team übernimmt und hilft Ihnen hier.',
      sorry: 'Das tut mir leid. Jemand aus unserem Team übernimmt und hilft Ihnen hier.',
      person: 'Jemand aus unserem Team übernimmt und antwortet Ihnen hier.',
      closed: 'Im Moment ist niemand da. Jemand aus unserem Team antwortet Ihnen hier.',
    }),
    back: (when) => `Wir sind wieder da: ${when}.`,
  },
  french: {
    from: (title) => `Extrait de « ${title} » :`,
    greeting: (name) => `Bonjour, ici ${name}. Que puis-je faire pour vous ?`,
    thanks: 'Je vous en prie ! Écrivez-nous si vous avez besoin d’autre chose.',
    handOver: reasons({
      asked: 'Bien sûr. Une personne de notre équipe prend le relais et vous répondra ici.',
      unknown: 'Je ne connais pas la réponse. Une personne de notre équipe prend le relais et vous répondra ici.',
      repeated: 'Je ne peux pas mieux répondre. Une personne de notre équipe prend le relais et vous aidera ici.',
      sorry: 'J’en suis désolé. Une personne de notre équipe prend le relais et vous aidera ici.',
      person: 'Une personne de notre équipe prend le relais et vous répondra ici.',
      closed: 'Personne n’est là pour le moment. Une personne de notre équipe vous répondra ici.',
    }),
    back: (when) => `Nous serons de retour : ${when}.`,
  },
  spanish: {
    from: (title) => `De «${title}»:`,
    greeting: (name) => `Hola, soy ${name}. ¿En qué puedo ayudarle?`,
    thanks: '¡De nada! Escríbanos si necesita algo más.',
    handOver: reasons({
      asked: 'Claro. Una persona de nuestro equipo toma el relevo y le responderá aquí.',
      unknown: 'No sé la respuesta. Una persona de nuestro equipo toma el relevo y le responderá aquí.',
      repeated: 'No puedo responderlo mejor. Una persona de nuestro equipo toma el relevo y le ayudará aquí.',
      sorry: 'Lo siento mucho. Una persona de nuestro equipo toma el relevo y le ayudará aquí.',
      person: 'Una persona de nuestro equipo toma el relevo y le responderá aquí.',
      closed: 'Ahora mismo no hay nadie. Una persona de nuestro equipo le responderá aquí.',
    }),
    back: (when) => `Volvemos: ${when}.`,
  },
  portuguese: {
    from: (title) => `De “${title}”:`,
    greeting: (name) => `Olá, aqui é ${name}. Em que posso ajudar?`,
    thanks: 'De nada! Escreva se precisar de mais alguma coisa.',
    handOver: reasons({
      asked: 'Claro. Uma pessoa da nossa equipe assume e responderá aqui.',
      unknown: 'Não sei a resposta. Uma pessoa da nossa equipe assume e responderá aqui.',
      repeated: 'Não consigo responder melhor. Uma pessoa da nossa equipe assume e ajudará aqui.',
      sorry: 'Lamento muito. Uma pessoa da nossa equipe assume e ajudará aqui.',
      person: 'Uma pessoa da nossa equipe assume e responderá aqui.',
      closed: 'Não há ninguém no momento. Uma pessoa da nossa equipe responderá aqui.',
    }),
    back: (when) => `Voltamos: ${when}.`,
  },
  italian: {
    from: (title) => `Da «${title}»:`,
    greeting: (name) => `Buongiorno, sono ${name}. Come posso aiutarla?`,
    thanks: 'Prego! Ci scriva pure se ha bisogno di altro.',
    handOver: reasons({
      asked: 'Certo. Una persona del nostro team subentra e le risponderà qui.',
      unknown: 'Non conosco la risposta. Una persona del nostro team subentra e le risponderà qui.',
      repeated: 'Non so rispondere meglio. Una persona del nostro team subentra e la aiuterà qui.',
      sorry: 'Mi dispiace. Una persona del nostro team subentra e la aiuterà qui.',
      person: 'Una persona del nostro team subentra e le risponderà qui.',
      closed: 'Al momento non c’è nessuno. Una persona del nostro team le risponderà qui.',
    }),
    back: (when) => `Torniamo: ${when}.`,
  },
  dutch: {
    from: (title) => `Uit “${title}”:`,
    greeting: (name) => `Hallo, u spreekt met ${name}. Wat kan ik voor u doen?`,
    thanks: 'Graag gedaan! Schrijf gerust als er nog iets is.',
    handOver: reasons({
      asked: 'Natuurlijk. Een collega neemt het over en antwoordt u hier.',
      unknown: 'Dat weet ik niet. Een collega neemt het over en antwoordt u hier.',
      repeated: 'Beter kan ik het niet beantwoorden. Een collega neemt het over en helpt u hier.',
      sorry: 'Dat spijt me. Een collega neemt het over en helpt u hier.',
      person: 'Een collega neemt het over en antwoordt u hier.',
      closed: 'Er is nu niemand. Een collega antwoordt u hier.',
    }),
    back: (when) => `We zijn terug: ${when}.`,
  },
  russian: {
    from: (title) => `Из «${title}»:`,
    greeting: (name) => `Здравствуйте, это ${name}. Чем могу помочь?`,
    thanks: 'Пожалуйста! Пишите, если понадобится что-то ещё.',
    handOver: reasons({
      asked: 'Конечно. Наш сотрудник подключится и ответит вам здесь.',
      unknown: 'Я не знаю ответа. Наш сотрудник подключится и ответит вам здесь.',
      repeated: 'Лучше ответить я не могу. Наш сотрудник подключится и поможет вам здесь.',
      sorry: 'Мне очень жаль. Наш сотрудник подключится и поможет вам здесь.',
      person: 'Наш сотрудник подключится и ответит вам здесь.',
      closed: 'Сейчас никого нет. Наш сотрудник ответит вам здесь.',
    }),
    back: (when) => `Мы снова на связи: ${when}.`,
  },
};
