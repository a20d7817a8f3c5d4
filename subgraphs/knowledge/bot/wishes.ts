import { wordsOf } from '../embedding/words.ts';
import { isReplyLanguage, languageIn, termsOf } from './language/words.ts';

/** Who could be talked to, and by which words: either of them first, and not far apart. */
const talk: readonly { readonly people: string; readonly ways: string }[] = [
  {
    people: String.raw`\b(?:humans?|person|people|agents?|representatives?|rep|operators?|some(?:one|body)|any(?:one|body)|employees?|advis[eo]rs?|staff|managers?|supervisors?|boss|colleagues?|team member|support team|(?:your|the) team)\b`,
    ways: String.raw`\b(?:talk(?:ing)?|speak(?:ing)?|chat(?:ting)?|connect(?:ed)?|transfer(?:red)?|put me through|pass me|escalate|(?:call|phone|ring|reach|contact) (?:me|us|back)|hand me over)\b`,
  },
  {
    people: String.raw`(?:mensch|mitarbeiter|berater|person|jemand|kolleg|kundendienst|kundenservice|kundenbetreu|support|service|hotline|chef|vorgesetzte)\p{L}*`,
    ways: String.raw`(?:sprechen|reden|verbind|chatten|weiterleit|weitergeleitet|übergeben|telefonier|anrufen|anruft|ruft|rufen|schreiben|zurückruf)\p{L}*`,
  },
  {
    people: String.raw`(?:humain|conseill|personne|quelqu['’]un|agent|opérat|responsable|collègue|service client|support|votre équipe)\p{L}*`,
    ways: String.raw`(?:parl|discut|échang|joindre|transfér|pass(?:e|er|ez)\b|relation|appel|rappel|contact)\p{L}*`,
  },
  {
    people: String.raw`(?:persona|human|agente|alguien|operador|asesor|encargad|responsable|compañer|atención al cliente|servicio al cliente|su equipo)\p{L}*`,
    ways: String.raw`(?:habl|comuni|p[aá]s[ae]|contact|at[ie]+nd|chate|llam)\p{L}*`,
  },
  {
    people: String.raw`(?:pessoa|human|atendente|alguém|operador|gerente|colega|responsável)\p{L}*`,
    ways: String.raw`(?:fal[ae]|convers|atend(?:id|er|a)|transfer|lig(?:ar|ue)|contact)\p{L}*`,
  },
  {
    people: String.raw`(?:persona|uman|operator|operatric|qualcuno|addett|responsabile|colleg)\p{L}*`,
    ways: String.raw`(?:parl|passa|passi|contatt|chatt|chiam|richiam)\p{L}*`,
  },
  {
    people: String.raw`(?:mens|persoon|medewerk|iemand|collega|manager)\p{L}*`,
    ways: String.raw`(?:spreken|praten|doorverb|chatten|bellen|belt|terugbel)\p{L}*`,
  },
  {
    people: String.raw`(?:человек|живым|оператор|сотрудник|менеджер|специалист|консультант|кто-нибудь|кем-нибудь|кто-то)\p{L}*`,
    ways: String.raw`(?:поговорить|говорить|соедин|позов|позвон|перезвон|переключ|связаться|свяж|нужен|дайте)\p{L}*`,
  },
];

/** Wishes for somebody to talk to that are said otherwise. */
const otherwise: readonly RegExp[] = [
  // English
  /\b(?:want|need|prefer|get|give me|send me|can i have|i'd like)\b.{0,25}\b(?:humans?|real person|actual person|live agent|agent|representative|operator)\b/iu,
  /\b(?:real|actual|live) (?:human|person|agent|people)\b|\bhuman (?:agent|being|please)\b|^\W*(?:human|agent|operator|representative)\W*$/iu,
  /\b(?:no|not with|stop|instead of) (?:a |the |this )?(?:bots?|robots?|machines?|chatbots?)\b/iu,
  /\b(?:is|are) (?:there )?(?:some|any)(?:one|body) (?:there|here|around|real|at all)\b|\b(?:some|any)(?:one|body) real\b/iu,
  /\b(?:get|find|send|fetch|give) (?:me|us) (?:some(?:one|body)|(?:a|an|the|your) (?:\w+ )?(?:person|colleague|manager|supervisor|boss|specialist|expert))\b/iu,
  /\b(?:call|phone|ring) me\b|\bcall ?back\b|\bgive me a (?:call|ring)\b/iu,
  // German
  /(?:echte[nrm]?|richtige[nrm]?) (?:mensch|person|mitarbeiter|berater)|keine[nm]? (?:bot|roboter|maschine)|^\W*(?:mensch|mitarbeiter|berater)\W*(?:bitte)?\W*$/iu,
  /(?:ist|wäre) (?:da|hier|dort) (?:noch |überhaupt |denn )*(?:jemand|wer\b)|ist (?:noch |überhaupt |denn )*jemand (?:da|hier)|rückruf|ruf(?:t|en sie)? (?:mich|uns)\b/iu,
  // French
  /(?:un|une|vrai|vraie|véritable) (?:humain|être humain|conseiller|conseillère|vraie personne)|pas (?:à )?(?:un|une) (?:robot|machine|bot)/iu,
  /(?:y a-t-il|il y a|est-ce qu['’]il y a) quelqu['’]un|(?:r?appel(?:ez|er?)|téléphon(?:ez|er))[- ]moi|me (?:r?appeler|téléphoner)/iu,
  // Spanish
  /(?:persona|agente|humano) (?:real|de verdad|humano)|no (?:con )?(?:un|una) (?:robot|bot|máquina)/iu,
  /hay alguien|(?:que |me )(?:llamen|llame|llamar)|ll[aá]m(?:en|e)me|llamarme/iu,
  // Portuguese
  /(?:tem|há) alguém|(?:me ligu?e[mn]?|ligu?e[mn]?[- ]me|me ligar)|pessoa (?:real|de verdade)/iu,
  // Italian
  /(?:persona|operatore) (?:reale|vera|umano)|c['’]è qualcuno|(?:chiamatemi|richiamatemi|mi chiam|mi richiam)/iu,
  // Dutch
  /is (?:er|daar) iemand|(?:bel|belt) (?:me|mij)|terugbellen|echt(?:e)? (?:mens|persoon)/iu,
  // Russian
  /есть (?:кто|тут кто|здесь кто)|(?:пере|по)звоните|живо(?:й|го|му) (?:человек|оператор)/iu,
];

const NEAR = '.{0,40}';
const people: readonly RegExp[] = [
  ...talk.map(({ people: who, ways }) => new RegExp(`${ways}${NEAR}${who}|${who}${NEAR}${ways}`, 'iu')),
  ...otherwise,
];

/** “I don't want to talk to anybody” asks for nobody. */
const refusals = /\b(?:don['’]?t|do not|no need to|needn['’]?t)\b[^.?!]{0,20}$/iu;

/** Strong words, and what people say who have lost their patience. */
const fury: readonly RegExp[] = [
  /\b(?:ridiculous|unacceptable|outrageous|disgusting|disgrace(?:ful)?|pathetic|useless|incompetent|furious|fed up|scam(?:mers?)?|rip[- ]?off|fraud(?:sters?)?|thieves|robbery|bullshit|shit(?:ty)?|f+[u*]+c?k\w*|wtf|crap|idiots?|stupid|morons?|worst|rud(?:e|est)|appalling|atrocious|shameful|shame on you|never (?:again|buy)|(?:my )?lawyer|sue you|pissed|angry|livid|what a joke|sick (?:and tired )?of|sick of|had (?:enough|it) (?:of|with)|i['’]ve had enough|enough is enough|lost (?:my|all) patience|how dare you|liars?|lying to me|cheat(?:ed|ers?|ing)|waste of (?:time|money)|(?:(?:so|very|really|absolutely|extremely|deeply|bitterly) )disappoint(?:ed|ing)|(?:third|fourth|fifth|tenth|hundredth) time (?:i|that i|now)|are you (?:kidding|joking|serious)|absolute joke|insult(?:ing)?)\b/iu,
  /\b(?:terrible|horrible|awful|dreadful|lousy|miserable) (?:\w+ ){0,2}(?:service|shop|store|company|support|experience|people|quality)\b|\b(?:this|that|it|you|service)(?: is| are|['’]s|['’]re) (?:\w+ )?(?:terrible|horrible|awful|dreadful|a nightmare)\b/iu,
  /\b(?:nobody|no ?one|none of you) (?:\w+ )?(?:answers?|replies|reply|responds?|helps?|cares?|bothers?)\b|\b(?:still|yet) no (?:answer|reply|response)\b/iu,
  /\p{L}*(?:frechheit|unverschämt|lächerlich|wütend|stinksauer|betrug|betrüger|abzocke|scheiß|scheiss|katastroph|inakzeptabel|unfassbar|unmöglich von|verarsch|saftladen|schnauze voll|nase voll|nie wieder|zum kotzen|bodenlos|zumutung|unverfroren|verdammt|idioten|lügner|dreist)\p{L}*|(?:bin|richtig|echt|so) (?:sauer|verärgert|enttäuscht von)|mein anwalt|jetzt reicht|mir reicht|reicht['’]s mir|(?:niemand|keiner) (?:antwortet|meldet sich|kümmert)/iu,
  /(?:inadmissible|inacceptable|scandaleux|scandale|honteux|une honte|arnaque|escroc|voleur|merde|furieu|ras[- ]le[- ]bol|j['’]en ai (?:marre|assez)|foutez?|lamentable|plus jamais|moquez de moi|se moque du monde|incompétent|(?:suis|très|vraiment) (?:en colère|énervé)|personne ne (?:répond|me répond))/iu,
  /(?:inaceptable|vergüenza|vergonzos|estaf|timo\b|est(?:oy|amos) hart|hart[oa]s? de|indignad|enfadad|furios|mierda|pésim|ridículo|una burla|tomadura de pelo|nunca más|ladrones|sinvergüenza|inútiles|incompetentes|nadie (?:me )?(?:contesta|responde))/iu,
  /(?:inaceitável|uma vergonha|absurdo|péssim|merda|palhaçada|nunca mais|revoltad|ladrões|furios|farto de|farta de|enganad|golpe\b|ninguém (?:me )?responde)/iu,
  /(?:inaccettabile|vergogn|truff|schifo|arrabbiat|furios[oa]|ridicol|pessim|mai più|ladri|presa in giro|incompetenti|stufo|stufa|nessuno (?:mi )?risponde)/iu,
  /(?:belachelijk|schandalig|oplichting|oplichters|waardeloos|woedend|nooit meer|onacceptabel|schande|boos|zat van|niemand (?:antwoordt|reageert))/iu,
  /(?:безобраз|возмут|мошенник|обманщик|кошмар|достали|позор|никогда больше|издеваетесь|ужасн|хамство|надоело|никто не отвечает)/iu,
];

/** What they were told was no answer. */
const unhelped: readonly RegExp[] = [
  /\b(?:not what i (?:asked|meant|wanted|want|need)|(?:doesn['’]?t|does not|didn['’]?t|did not|not|hasn['’]?t) (?:really |actually |even )?(?:help|answer)(?:ed|ing)?|(?:no|isn['’]?t an?|wasn['’]?t an?|not an?) (?:help|answer)\b|(?:meant|asked(?: about)?) something else|you (?:already|just) (?:said|told|sent)|same (?:answer|thing|text) again|read my (?:question|message)|(?:mis)understood me|wrong answer|that['’]?s wrong|nothing to do with (?:it|that|this|my|what)|besides the point|not the point)/iu,
  /(?:nicht meine frage|hilft (?:mir )?(?:nicht|leider nicht|so nicht|nicht weiter)|schon (?:gesagt|geschrieben|gelesen)|nicht gefragt|keine antwort|falsche antwort|falsch verstanden|etwas anderes gemeint|meinte (?:etwas|was) ander|nichts damit zu tun|nichts mit meiner frage|beantwortet (?:meine|die) frage nicht|wieder dasselbe)/iu,
  /(?:pas (?:du tout )?(?:ma question|ce que j['’]ai demandé|une réponse)|ne m['’]aide pas|ne répond(?:ez)? pas|mal compris|rien à voir|autre chose que|déjà dit)/iu,
  /(?:no es (?:eso )?lo que (?:pregunté|he preguntado|pregunto)|no es (?:una|mi) (?:respuesta|pregunta)|no me (?:ayuda|sirve)|no (?:ha )?respond|otra cosa|nada que ver|ya me lo (?:dijo|ha dicho))/iu,
  /(?:não (?:foi|é) (?:isso )?(?:que|o que) perguntei|não (?:me )?ajud|não respond|outra coisa)/iu,
  /(?:non è (?:quello )?(?:che|ciò che) ho chiesto|non mi (?:aiuta|serve)|non ha(?:i)? risposto|non risponde|altra cosa)/iu,
  /(?:niet mijn vraag|helpt (?:me )?niet|niet wat ik vroeg|geen antwoord|iets anders)/iu,
  /(?:не об этом спрашивал|не помогает|не помогло|не отвечает на|не ответ|другое имел)/iu,
];

/** Whether somebody wants to talk to a person. */
export function wantsPerson(text: string): boolean {
  return people.some((pattern) => {
    const match = pattern.exec(text);
    return match !== null && !refusals.test(text.slice(0, match.index));
  });
}

/** Whether somebody is angry: by their words, or because they shout. */
export function isAngry(text: string): boolean {
  return fury.some((pattern) => pattern.test(text)) || isShouting(text);
}

const SHOUTED_LETTERS = 15;

function isShouting(text: string): boolean {
  const letters = text.match(/\p{L}/gu) ?? [];
  const capitals = text.match(/\p{Lu}/gu) ?? [];
  const isLoud = letters.length >= SHOUTED_LETTERS && capitals.length / letters.length > 0.7;
  return isLoud || /[!?]{4,}/.test(text);
}

/** Whether somebody says that what they were told was no answer. */
export function saysUnhelped(text: string): boolean {
  return unhelped.some((pattern) => pattern.test(text));
}

/** Whether one of the company's words or phrases is in the text, as whole words. */
export function hasWord(text: string, phrases: readonly string[]): boolean {
  const words = ` ${wordsOf(text).join(' ')} `;
  return phrases.some((phrase) => words.includes(` ${wordsOf(phrase).join(' ')} `));
}

const greetings =
  'hi hello hey hiya yo there good morning afternoon evening day dear team hallo guten tag morgen abend moin servus grüß gott bonjour bonsoir salut hola buenas buenos días tardes noches bonne journée soirée nuit olá oi bom boa dia tarde noite ciao salve buongiorno buonasera hoi goedemorgen goedemiddag goedendag привет здравствуйте добрый день вечер утро';
const thanks =
  "thanks thank you thx ty many much great perfect ok okay k cool super nice awesome that's all that was is it bye goodbye got understood helpful very cheers so for your the help a lot and danke dank vielen schön schon dankeschön alles klar prima tschüss ihre hilfe für merci beaucoup parfait d'accord au revoir bonne journée gracias muchas muchísimas vale perfecto adiós obrigado obrigada muito perfeito tchau grazie mille perfetto arrivederci bedankt dankjewel dank je wel top doei see you soon later bis bald dann schönen tag noch abend à bientôt hasta luego pronto até logo a presto tot ziens спасибо большое хорошо понятно пока";
const thankful =
  "thanks thank thx ty great perfect ok okay cool super nice awesome bye goodbye cheers understood danke dank dankeschön klar prima tschüss merci parfait d'accord revoir gracias vale perfecto adiós obrigado obrigada perfeito tchau grazie perfetto arrivederci bedankt dankjewel top doei спасибо хорошо понятно пока";

const greetingWords = new Set(wordsOf(greetings));
const thanksWords = new Set(wordsOf(thanks));
const thankfulWords = new Set(wordsOf(thankful));

/** More than a few words have something to say besides thanks. */
const LONGEST_THANKS = 8;

/** What is no question: somebody says hello, or that they are content. */
export function smallTalkIn(text: string): 'greeting' | 'thanks' | undefined {
  const words = wordsOf(text);
  if (words.length === 0 || /[?？]/.test(text)) return undefined;
  if (words.every((word) => greetingWords.has(word))) return 'greeting';
  const isThankful = words.some((word) => thankfulWords.has(word));
  if (isThankful && words.every((word) => thanksWords.has(word))) return 'thanks';
  return isThankful && words.length <= LONGEST_THANKS && isAboutNothing(text) ? 'thanks' : undefined;
}

/** Of what is said around thanks (“see you on Friday”, “that helps”) a support desk has nothing to answer. */
function isAboutNothing(text: string): boolean {
  const language = languageIn(text);
  return isReplyLanguage(language) && termsOf(text, language).every(({ word, isLight }) => isLight || isPolite(word));
}

function isPolite(word: string): boolean {
  return thanksWords.has(word) || greetingWords.has(word);
}
