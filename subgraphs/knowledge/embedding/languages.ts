import { LRUCache } from 'lru-cache';
import snowball from 'snowball-stemmers';
import { commonWords } from './commonWords.ts';
import { wordsOf } from './words.ts';

/**
 * The words that carry grammar and no subject. They tell the language of a text, and are then left out: in a collection
 * of a few documents their rarity would be an accident.
 */
const stopWords = {
  english:
    'a about after all also am an and any are as at be been but by can could did do does for from get had has have he her his how i if in into is it its just me my no not of on or our she should so than that the their them then there these they this to was we were what when where which while who why will with would you your',
  german:
    'aber als am an auch auf aus bei bin bis da das dass dein dem den der des die dir doch du ein eine einem einen einer eines er es für habe haben hat ich ihr im in ist ja kann kein keine mein mich mir mit nach nicht noch nur ob oder sich sie sind so um und uns unser vom von vor war was wenn wer wie wir wird wo zu zum zur über',
  french:
    "à au aux avec ce ces cette comme dans de des du elle en est et être il ils je la le les leur lui ma mais me mes moi mon ne nos notre nous on ou où par pas pour qu que qui sa se ses si son sont sur ta te tes toi ton tu un une vos votre vous y c'est j'ai",
  spanish:
    'a al algo como con cuando de del desde donde el ella ellos en entre era es esta estas este esto está fue ha hay la las le les lo los me mi mis muy más no nos o para pero por porque que qué se si sin sobre son su sus también te tiene tu un una uno y ya yo',
  italian:
    'a ai al alla anche che chi ci come con cosa da dal dalla dei del della delle di dove e è ed gli ha hanno ho i il in io la le lo loro ma mi mia mio ne nel nella non o per perché più quando quello questo se si sono su sua suo ti tra tu un una uno vi',
  portuguese:
    'a ao aos as com como da das de dele do dos e é ela ele em entre era essa esse esta este eu foi há isso já lhe mais mas me meu minha muito na não nas no nos o os ou para pela pelo por quando que quem se sem seu seus só sua são também te tem um uma você',
  dutch:
    'aan al als bij dan dat de deze die dit door een en er geen had heb hebben heeft het hij hoe ik in is je kan maar me met mijn moet naar niet nog nu of om onder ons ook op over te tot u uit uw van veel voor waar wat we wel wie wij worden wordt zij zijn zo',
  russian:
    'а без бы был была были было быть в вам вас во вот все вы где да для до его ее если есть еще же за и из или их к как когда ко кто ли меня мне мой мы на не нет но о об он она они от по при с со так то только у уже чем что это я',
} as const;

export type Language = keyof typeof stopWords;

const languages = Object.keys(stopWords) as Language[];
const stopSets = new Map(languages.map((language) => [language, new Set(stopWords[language].split(' '))]));
const everyStopWord = new Set([...stopSets.values()].flatMap((words) => [...words]));
const stemmers = new Map(languages.map((language) => [language, snowball.newStemmer(language)]));

/** Texts repeat their words, and a stemmer takes microseconds where this takes a fraction of one. */
const stems = new LRUCache<string, string>({ max: 50_000 });

/** Whether the word is grammar: in the given language, or in any when it is not known. */
export function isStopWord(word: string, language: Language | undefined): boolean {
  return language ? (stopSets.get(language)?.has(word) ?? false) : everyStopWord.has(word);
}

/** The word without its ending, and without accents, which people leave out when they type. */
export function stem(word: string, language: Language): string {
  const key = `${language} ${word}`;
  let found = stems.get(key);
  if (found === undefined) {
    // The stemmers are made for letters; a part number is what it is.
    const raw = /\d/.test(word) ? word : (stemmers.get(language)?.stem(word) ?? word);
    found = raw.normalize('NFD').replace(/[\u0300-\u036f]/g, '');
    stems.set(key, found);
  }
  return found;
}

/** Of a text by its words; undefined when they do not tell. */
export function languageOfText(text: string): Language | undefined {
  return languageOf(wordsOf(text.slice(0, 20_000)));
}

/** How likely a language is by a word that is none of its ten thousand commonest, in logarithms as all of this. */
const UNKNOWN = -Math.log(40_000);
/** So much likelier than the next has a language to be before it is taken for the only one. */
const CERTAIN = 3;
/** A look at the first of them is enough. */
const MOST_WORDS = 300;

/** From the likeliest on: how well the words fit each language, by how common they are in it. */
function likelihoods(words: readonly string[]): { readonly language: Language; readonly likelihood: number }[] {
  const some = words.slice(0, MOST_WORDS);
  return languages
    .map((language) => {
      const ranks = commonWords(language);
      const likelihood = some.reduce((sum, word) => {
        const rank = ranks.get(word);
        return sum + (rank === undefined ? UNKNOWN : -Math.log(rank + 20));
      }, 0);
      return { language, likelihood };
    })
    .toSorted((a, b) => b.likelihood - a.likelihood);
}

/** The language that the words are of; undefined when they do not tell. */
export function languageOf(words: readonly string[]): Language | undefined {
  const [best, second] = likelihoods(words);
  return best && second && best.likelihood - second.likelihood >= CERTAIN ? best.language : undefined;
}

/** The languages that a few words could be of: one when they tell, all when they say nothing. */
export function languagesOf(words: readonly string[]): Language[] {
  const all = likelihoods(words);
  const best = all[0]?.likelihood ?? 0;
  return all.filter(({ likelihood }) => best - likelihood < CERTAIN).map(({ language }) => language);
}

const rootRanks = new Map<Language, ReadonlyMap<string, number>>();
/** A word that stands in no list is rarer than all that do. */
const BEYOND = 20_000;

/** How much a word says, from 0 for the commonest of a language to 1 for what is rare in it: the logarithm of its rank. */
export function rarity(root: string, language: Language): number {
  let ranks = rootRanks.get(language);
  if (!ranks) {
    const byRoot = new Map<string, number>();
    for (const [word, rank] of commonWords(language)) {
      const itsRoot = stem(word, language);
      if (!byRoot.has(itsRoot)) byRoot.set(itsRoot, rank);
    }
    ranks = byRoot;
    rootRanks.set(language, ranks);
  }
  return Math.log((ranks.get(root) ?? BEYOND) + 1) / Math.log(BEYOND);
}
