import { wordsOf } from '../embedding/words.ts';

/** Somebody to talk to: the words for it, and those that make it a wish. */
const people: readonly RegExp[] = [
  // English
  /\b(?:talk|speak|chat|connect(?:ed)?|transfer(?:red)?|put me through|pass me|escalate)\b.{0,40}\b(?:human|person|agent|representative|rep|operator|someone|somebody|employee|adviser|advisor|staff|manager|supervisor|colleague|people|support team)\b/iu,
  /\b(?:want|need|prefer|get|give me|send me|can i have|i'd like)\b.{0,25}\b(?:human|real person|actual person|live agent|agent|representative|operator)\b/iu,
  /\b(?:real|actual|live) (?:human|person|agent|people)\b|\bhuman (?:agent|being|please)\b|^\W*(?:human|agent|operator|representative)\W*$/iu,
  /\b(?:no|not with|stop|instead of) (?:a |the |this )?(?:bots?|robots?|machines?|chatbots?)\b/iu,
  // German
  /(?:sprechen|reden|verbind\p{L}*|chatten|weiterleiten|weitergeleitet|übergeben|telefonieren).{0,40}(?:mensch|mitarbeiter|berater|person|jemand|kollege|support)/iu,
  /(?:mensch\p{L}*|mitarbeiter\p{L}*|berater\p{L}*|person|jemand\p{L}*|kolleg\p{L}*|kundendienst).{0,40}(?:sprechen|reden|verbind|chatten|schreiben|telefonieren)/iu,
  /(?:echte[nrm]?|richtige[nrm]?) (?:mensch|person|mitarbeiter|berater)|keine[nm]? (?:bot|roboter|maschine)|^\W*(?:mensch|mitarbeiter|berater)\W*(?:bitte)?\W*$/iu,
  // French
  /(?:parler|discuter|échanger|joindre|transfér\p{L}*|passe[rz]?\p{L}*|relation).{0,40}(?:humain|conseill|personne|quelqu['’]un|agent|opérat|responsable)/iu,
  /(?:un|une|vrai|vraie|véritable) (?:humain|être humain|conseiller|conseillère|vraie personne)|pas (?:à )?(?:un|une) (?:robot|machine|bot)/iu,
  // Spanish
  /(?:hablar|comuni\p{L}*|pas[ae]\p{L}*|contactar|atienda|atender|chatear).{0,40}(?:persona|humano|agente|alguien|operador|asesor|encargad|responsable)/iu,
  /(?:persona|agente|humano) (?:real|de verdad|humano)|no (?:con )?(?:un|una) (?:robot|bot|máquina)/iu,
  // Portuguese
  /(?:falar|conversar|atendid\p{L}*|transfer\p{L}*).{0,40}(?:pessoa|humano|atendente|alguém|operador|gerente)/iu,
  // Italian
  /(?:parlare|pass\p{L}+|contattare|chattare).{0,40}(?:persona|umano|operatore|operatrice|qualcuno|addetto|responsabile)/iu,
  /(?:persona|operatore) (?:reale|vera|umano)/iu,
  // Dutch
  /(?:spreken|praten|doorverb\p{L}+|chatten).{0,40}(?:mens|persoon|medewerker|iemand|collega)|(?:mens|persoon|medewerker|iemand|collega).{0,40}(?:spreken|praten|chatten)/iu,
  // Russian
  /(?:поговорить|говорить|соедин\p{L}+|позов\p{L}+|переключ\p{L}+|связаться|свяжите|нужен|дайте).{0,40}(?:человек|оператор|сотрудник|менеджер|специалист|консультант)/iu,
];

/** “I don't want to talk to anybody” asks for nobody. */
const refusals = /\b(?:don['’]?t|do not|no need to|needn['’]?t)\b[^.?!]{0,20}$/iu;

const fury: readonly RegExp[] = [
  /\b(?:ridiculous|unacceptable|outrageous|disgusting|disgrace(?:ful)?|pathetic|useless|incompetent|furious|fed up|scam(?:mers?)?|rip[- ]?off|fraud|thieves|bullshit|shit(?:ty)?|f+[u*]+c?k\w*|wtf|crap|idiots?|stupid|worst|never (?:again|buy)|(?:my )?lawyer|sue you|pissed|so angry|very angry|really angry|what a joke|sick of|had enough|liars?)\b/iu,
  /\p{L}*(?:frechheit|unverschämt|lächerlich|wütend|stinksauer|betrug|betrüger|abzocke|scheiß|scheiss|katastrophe|inakzeptabel|unfassbar|verarsch|saftladen|schnauze voll|nie wieder|zum kotzen|bodenlos)\p{L}*|(?:bin|richtig|echt) sauer|mein anwalt/iu,
  /(?:inadmissible|inacceptable|scandaleux|scandale|honteux|une honte|arnaque|escroc|merde|furieu|ras[- ]le[- ]bol|j['’]en ai marre|foutez?|lamentable|plus jamais)/iu,
  /(?:inaceptable|vergüenza|vergonzos|estaf|estoy harta?|hart[oa] de|indignad|mierda|pésim|ridículo|una burla|nunca más|ladrones)/iu,
  /(?:inaceitável|uma vergonha|absurdo|péssim|merda|palhaçada|nunca mais|revoltad|ladrões)/iu,
  /(?:inaccettabile|vergogn|truff|schifo|arrabbiat|furios[oa]|ridicol|pessim|mai più|ladri)/iu,
  /(?:belachelijk|schandalig|oplichting|oplichters|waardeloos|woedend|nooit meer|onacceptabel)/iu,
  /(?:безобраз|возмут|мошенник|обманщик|кошмар|достали|позор|никогда больше|издеваетесь)/iu,
];

const unhelped: readonly RegExp[] = [
  /\b(?:not what i (?:asked|meant|wanted)|(?:doesn['’]?t|does not|didn['’]?t|did not|not) (?:help|answer)|you (?:already|just) (?:said|told|sent)|same (?:answer|thing|text) again|read my (?:question|message)|that['’]?s wrong|wrong answer)/iu,
  /(?:nicht meine frage|hilft (?:mir )?(?:nicht|leider nicht|so nicht)|schon (?:gesagt|geschrieben|gelesen)|nicht gefragt|falsche antwort|beantwortet (?:meine|die) frage nicht|wieder dasselbe)/iu,
  /(?:pas (?:du tout )?(?:ma question|ce que j['’]ai demandé)|ne m['’]aide pas|ne répond(?:ez)? pas|déjà dit)/iu,
  /(?:no es lo que (?:pregunté|he preguntado)|no me (?:ayuda|sirve)|no (?:ha )?respond|ya me lo (?:dijo|ha dicho))/iu,
  /(?:não (?:foi|é) (?:isso )?(?:que|o que) perguntei|não (?:me )?ajud|não respond)/iu,
  /(?:non è quello che ho chiesto|non mi (?:aiuta|serve)|non ha(?:i)? risposto)/iu,
  /(?:niet mijn vraag|helpt (?:me )?niet|niet wat ik vroeg)/iu,
  /(?:не об этом спрашивал|не помогает|не помогло|не отвечает на)/iu,
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
  'hi hello hey hiya yo there good morning afternoon evening day dear team hallo guten tag morgen abend moin servus grüß gott bonjour bonsoir salut hola buenas buenos días tardes noches olá oi bom boa dia tarde noite ciao salve buongiorno buonasera hoi goedemorgen goedemiddag goedendag привет здравствуйте добрый день вечер утро';
const thanks =
  "thanks thank you thx ty many much great perfect ok okay k cool super nice awesome that's all that was is it bye goodbye got understood helpful very cheers so for your the help a lot and danke dank vielen schön schon dankeschön alles klar prima tschüss ihre hilfe für merci beaucoup parfait d'accord au revoir bonne journée gracias muchas muchísimas vale perfecto adiós obrigado obrigada muito perfeito tchau grazie mille perfetto arrivederci bedankt dankjewel dank je wel top doei спасибо большое хорошо понятно пока";
const thankful =
  "thanks thank thx ty great perfect ok okay cool super nice awesome bye goodbye cheers understood danke dank dankeschön klar prima tschüss merci parfait d'accord revoir gracias vale perfecto adiós obrigado obrigada perfeito tchau grazie perfetto arrivederci bedankt dankjewel top doei спасибо хорошо понятно пока";

const greetingWords = new Set(wordsOf(greetings));
const thanksWords = new Set(wordsOf(thanks));
const thankfulWords = new Set(wordsOf(thankful));

/** What is no question: somebody says hello, or that they are content. */
export function smallTalkIn(text: string): 'greeting' | 'thanks' | undefined {
  const words = wordsOf(text);
  if (words.length === 0 || /[?？]/.test(text)) return undefined;
  if (words.every((word) => greetingWords.has(word))) return 'greeting';
  const isThanks = words.every((word) => thanksWords.has(word)) && words.some((word) => thankfulWords.has(word));
  return isThanks ? 'thanks' : undefined;
}
