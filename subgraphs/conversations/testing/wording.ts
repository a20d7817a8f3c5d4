/** What customers and agents say in the tests and benchmarks that need much of it: eleven languages, and what they are about. */
const things = [
  'tent',
  'backpack',
  'sleeping bag',
  'headlamp',
  'rain jacket',
  'hiking boots',
  'stove',
  'rope',
  'helmet',
  'compass',
  'thermos',
  'trekking poles',
  'hammock',
  'water filter',
  'gloves',
  'cooler',
  'kayak',
  'map',
  'knife',
  'lantern',
  'harness',
  'snowshoes',
  'canoe',
  'whistle',
  'tarp',
  'carabiner',
  'goggles',
  'sunscreen',
  'first aid kit',
  'binoculars',
];
const places = [
  'Berlin',
  'Lyon',
  'Sevilla',
  'Kraków',
  'München',
  'İzmir',
  'Αθήνα',
  'Київ',
  'Москва',
  '上海',
  '東京',
  'กรุงเทพ',
  'القاهرة',
  'חיפה',
  'दिल्ली',
  '서울',
  'São Paulo',
  'Đà Nẵng',
  'Malmö',
  'Reykjavík',
  'Gent',
  'Brno',
  'Porto',
  'Tartu',
  'Oslo',
];
const sentences = [
  'Hello, where is my order with the {thing}? It should have come to {place} yesterday.',
  'I would like to send the {thing} back, it does not fit. Can I have a refund?',
  'Thank you so much, the {thing} arrived in {place} this morning 👍',
  'Is the {thing} still in stock, and do you ship to {place}?',
  'The {thing} came broken. I have sent you a picture of it.',
  'We have sent a new {thing} to your address in {place}, it will be with you within three days.',
  'I am sorry to hear that. Could you tell me the number of your order, please?',
  'Your refund for the {thing} is on its way, it can take five working days.',
  'Can you change the address to {place}, please?',
  'Thanks!',
  'ok 🙂',
  'Customer called twice about the {thing}, please answer today.',
  'Wo bleibt meine Bestellung? Der Artikel ({thing}) sollte gestern in {place} sein.',
  'Ich möchte das zurückschicken, die Größe passt nicht. Straße und Hausnummer stehen auf dem Schein.',
  'Où est ma commande ? Le colis ({thing}) devait arriver à {place} hier.',
  'Merci beaucoup, tout est réglé.',
  '¿Dónde está mi pedido? El {thing} no ha llegado a {place}.',
  'Quisiera devolverlo, por favor, y que me devuelvan el dinero.',
  'Где мой заказ? Посылка ({thing}) должна была прийти в {place} вчера.',
  'Спасибо, всё пришло, ёлка отличная.',
  'Де моє замовлення? Дякую за відповідь.',
  '我的订单在哪里？{thing} 昨天就应该到{place}了。',
  '谢谢，已经收到退款。',
  '注文した{thing}はどこですか。{place}に届いていません。',
  'ありがとうございます。返金を確認しました。',
  'สินค้าอยู่ที่ไหน ยังไม่ได้รับ {thing} ที่ {place}',
  'أين طلبي؟ لم يصل {thing} إلى {place} بعد.',
  'איפה ההזמנה שלי? ה{thing} עדיין לא הגיע ל{place}.',
  'मेरा ऑर्डर कहाँ है? {thing} {place} नहीं पहुँचा।',
  '제 주문은 어디에 있나요? {thing} 아직 {place} 도착하지 않았어요.',
];

/** So many texts, each once. */
export function sayings(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const sentence = pick(sentences, index);
    const thing = pick(things, Math.floor(index / sentences.length));
    const place = pick(places, Math.floor(index / sentences.length / things.length) + index);
    return sentence.replace('{thing}', thing).replace('{place}', place);
  });
}

const firstNames = [
  'Ada',
  'Kim',
  'José',
  'Zoë',
  'Jürgen',
  'Łukasz',
  'Олена',
  'Иван',
  'Ελένη',
  'محمد',
  'נועה',
  '小明',
  '陽菜',
  '민준',
  'Priya',
  'Đức',
  'Anaïs',
  'Søren',
  'Chloé',
  'Noor',
  'Tomáš',
  'Ayşe',
  'Liam',
  'Mia',
  'Omar',
  'Sofia',
  'Mateo',
  'Emma',
  'Yuki',
  'Lars',
];
const syllables = [
  'ber',
  'gran',
  'del',
  'mor',
  'ka',
  'lin',
  'sto',
  'ven',
  'ro',
  'tha',
  'ni',
  'quist',
  'sen',
  'ova',
  'ez',
  'son',
];

/** So many names of people, of which some share a part. */
export function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => {
    const rest = Math.floor(index / firstNames.length);
    const last = [rest, Math.floor(rest / syllables.length), rest * 7 + index].map((n) => pick(syllables, n)).join('');
    return `${pick(firstNames, index)} ${last.charAt(0).toUpperCase()}${last.slice(1)}`;
  });
}

function pick(from: readonly string[], index: number): string {
  return from[index % from.length] ?? '';
}
