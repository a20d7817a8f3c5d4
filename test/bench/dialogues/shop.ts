/** What a small shop for outdoor things tells its customers, in three languages. */
export const shop: readonly { readonly title: string; readonly text: string }[] = [
  {
    title: 'Returns and refunds',
    text: `
You can send back anything you bought from us within **30 days** of receiving it, as long as it is unworn and has its labels.

## How to return something
1. Open your order and choose *Return items*.
2. Print the label, or show the code at any parcel shop.
3. Hand the parcel in. Returns from within the country are free; from abroad you pay the postage.

## When you get your money back
We refund the price to the card or account you paid with within five working days after the parcel has reached our
warehouse. The bank may need three more days to show it.

## Exchanges
For another size or colour, send the old one back and order the new one: so nobody takes the last pair while yours travels.

## What cannot be returned
Underwear, swimwear without its seal, opened food, and gift cards.
`,
  },
  {
    title: 'Shipping and delivery times',
    text: `
Orders placed before 2 pm on a working day leave our warehouse the same day.

| Where to | Time | Cost |
|---|---|---|
| Within the country | 2 to 3 working days | 4.90, free from 50 |
| European Union | 4 to 6 working days | 9.90 |
| Switzerland and Norway | 5 to 8 working days | 14.90, duties not included |
| Rest of the world | 8 to 14 working days | 24.90, duties not included |

## Where is my parcel?
The tracking link is in the e-mail that we send when the parcel leaves. It can take a day until it shows something.
A parcel that has not moved for five working days counts as lost: write to us, and we send a new one.

## Express
For 12.90 your order arrives on the next working day, within the country only.

## Changing the delivery address
You can change the address in your order as long as its status is *Received*. Afterwards only the carrier can redirect it.
`,
  },
  {
    title: 'Opening hours and address of our shop',
    text: `
The shop is open Monday to Friday from 9 am to 6 pm and on Saturday from 10 am to 4 pm. It is closed on Sundays and on
public holidays; on 24 and 31 December it closes at noon.

## Where to find us
Harbour Street 12, next to the old customs house. Tram 4 stops at the door. Customers park free of charge for two hours in the yard.

## Picking up an order
Choose *Collect in the shop* at the checkout. We keep your order for ten days, and you need the order number to collect it.
`,
  },
  {
    title: 'Your account and password',
    text: `
## Resetting your password
If you cannot sign in, choose *Forgot password* on the login page and enter your e-mail address. We send a link that is
good for one hour.

## No e-mail arrives
Look into the spam folder first. If you registered with another address, the message goes there. After five wrong
attempts the account is locked for fifteen minutes; a new password unlocks it at once.

## Deleting your account
Choose *Delete account* in your profile. We delete your data within 30 days; invoices have to be kept for ten years by law.

## Newsletter
Every newsletter has an unsubscribe link at its end.
`,
  },
  {
    title: 'Warranty and repairs',
    text: `
Everything we sell has a warranty of **two years**; backpack frames have five. It covers faults of material and of making.

## What it does not cover
Wear parts such as soles and batteries, damage from accidents, and repairs by others.

## How to make a claim
Send us a photo of the damage and the order number. We repair the item, or replace it when it cannot be mended. The
repair takes up to ten working days, and shipping is on us both ways.

## Repairs after the warranty
Zips, buckles and seams we mend also when the warranty is over: a zip costs 18, a buckle 9, a seam 12.
`,
  },
  {
    title: 'Paying',
    text: `
We take Visa and Mastercard, PayPal, Klarna and bank transfer. In the shop also cash. We do not take American Express.

## Paying later
With Klarna you pay within 30 days or in three instalments. Klarna decides on this; we have no influence on it.

## My card was refused
Check that the card is enabled for online purchases and that the address is the one your bank has. Otherwise ask your bank.

## Invoices
The invoice is in your account under *Orders*, as a PDF. To have a company name and a VAT number on it, enter them before you pay.
`,
  },
  {
    title: 'Gift cards and discount codes',
    text: `
Gift cards are from 10 to 500, valid for three years, and come by e-mail at once. They are good in the shop and online.

## Discount codes
Enter the code at the checkout under *Voucher*. One code an order; codes do not apply to sale items and gift cards.

## Students
Students get ten per cent off with a valid student card, in the shop only.
`,
  },
  {
    title: 'Changing or cancelling an order',
    text: `
As long as the status of an order is *Received*, you can cancel it yourself: open the order and choose *Cancel*. The money is
back within two working days.

Once it is *Packed*, it cannot be cancelled any more. Refuse the parcel at the door or send it back.

## Adding something
Nothing can be added to an order. Place a second one: we put both in one parcel when they are placed within an hour.
`,
  },
  {
    title: 'Care of jackets, boots and tents',
    text: `
## Rain jackets
Wash at 30 degrees with a mild liquid detergent, without fabric softener. Tumble dry for twenty minutes on low heat: that
brings the water repellency back. When drops no longer roll off, use a spray for membranes.

## Leather boots
Brush off the dirt, let them dry without heat, and wax them. Never dry boots on a radiator: the leather cracks.

## Down
Wash down jackets and sleeping bags at 30 degrees with a detergent for down, and dry them with two tennis balls.

## Tents
Never store a tent wet: it gets mouldy. Mend small holes with a patch of repair tape.
`,
  },
  {
    title: 'Choosing the right size',
    text: `
Our jackets and trousers run true to size. Between two sizes take the larger one, so that a fleece fits under it.

## Boots
Measure your foot in the evening and add 1.5 cm. Try boots on with the socks you hike in.

## Children
Children's sizes are by height in centimetres. Add 6 cm so that it fits for two seasons.

## Backpacks
The length of your back decides: up to 45 cm size S, up to 51 cm size M, above that size L.
`,
  },
  {
    title: 'Renting tents and skis',
    text: `
We rent out tents, sleeping bags and touring skis. A tent for two costs 15 a day, skis with boots 29 a day; the deposit is 100.

## How to reserve
Reserve by phone or in the shop at least three days before. Bring an identity card.

## Bringing it back late
Each day more costs the daily price. What is broken is paid from the deposit.
`,
  },
  {
    title: 'Rückgabe und Erstattung',
    text: `
Sie können alles innerhalb von **30 Tagen** nach Erhalt zurückschicken, solange es ungetragen ist und die Etiketten dran sind.

## So geht die Rückgabe
Öffnen Sie Ihre Bestellung, wählen Sie *Artikel zurückgeben* und drucken Sie das Etikett. Die Rücksendung ist im Inland kostenlos.

## Wann Sie Ihr Geld bekommen
Wir erstatten den Preis innerhalb von fünf Werktagen, nachdem das Paket in unserem Lager angekommen ist, auf dem Weg, auf dem
Sie bezahlt haben.

## Umtausch
Für eine andere Größe schicken Sie das Alte zurück und bestellen das Neue.
`,
  },
  {
    title: 'Versand und Lieferzeiten',
    text: `
Was bis 14 Uhr bestellt ist, geht am selben Werktag hinaus.

| Wohin | Dauer | Kosten |
|---|---|---|
| Deutschland | 2 bis 3 Werktage | 4,90 €, ab 50 € kostenlos |
| Österreich und EU | 4 bis 6 Werktage | 9,90 € |
| Schweiz | 5 bis 8 Werktage | 14,90 €, ohne Zoll |

## Wo ist mein Paket?
Der Link zur Sendungsverfolgung steht in der E-Mail, die wir beim Versand schicken. Bewegt sich fünf Werktage nichts, gilt das Paket
als verloren: schreiben Sie uns, und wir schicken ein neues.

## Lieferadresse ändern
Solange die Bestellung den Status *Eingegangen* hat, können Sie die Adresse in der Bestellung ändern.
`,
  },
  {
    title: 'Öffnungszeiten und Adresse',
    text: `
Der Laden ist Montag bis Freitag von 9 bis 18 Uhr geöffnet, samstags von 10 bis 16 Uhr. An Sonntagen und Feiertagen ist geschlossen.

Sie finden uns in der Hafenstraße 12, die Straßenbahn 4 hält vor der Tür. Parken können Sie zwei Stunden kostenlos im Hof.
`,
  },
  {
    title: 'Garantie und Reparatur',
    text: `
Auf alles geben wir **zwei Jahre** Garantie, auf Rucksackgestelle fünf. Sie gilt für Fehler des Materials und der Verarbeitung.

Nicht dabei sind Verschleißteile wie Sohlen und Akkus und Schäden durch Unfälle.

## So melden Sie einen Schaden
Schicken Sie uns ein Foto des Schadens und die Bestellnummer. Die Reparatur dauert bis zu zehn Werktage.
`,
  },
  {
    title: 'Bezahlen',
    text: `
Wir nehmen Visa und Mastercard, PayPal, Klarna und Überweisung, im Laden auch bar. American Express nehmen wir nicht.

## Rechnung
Die Rechnung finden Sie als PDF in Ihrem Konto unter *Bestellungen*.

## Gutscheine
Den Code geben Sie an der Kasse unter *Gutschein* ein, einen je Bestellung. Auf reduzierte Artikel gilt er nicht.
`,
  },
  {
    title: 'Retours et remboursements',
    text: `
Vous pouvez renvoyer tout article dans les **30 jours** après réception, s'il n'a pas été porté et garde ses étiquettes.

## Comment faire un retour
Ouvrez votre commande, choisissez *Retourner des articles* et imprimez l'étiquette. Le retour depuis l'étranger est à vos frais.

## Quand vous êtes remboursé
Nous remboursons dans les cinq jours ouvrés après l'arrivée du colis dans notre entrepôt.
`,
  },
  {
    title: 'Livraison',
    text: `
La livraison en France prend 4 à 6 jours ouvrés et coûte 9,90 €. Le lien de suivi se trouve dans l'e-mail d'expédition.

Un colis qui n'a pas bougé depuis cinq jours ouvrés est considéré comme perdu : écrivez-nous, nous en envoyons un autre.
`,
  },
  {
    title: 'Devoluciones y reembolsos',
    text: `
Puede devolver cualquier artículo en los **30 días** siguientes a la entrega, si no está usado y conserva las etiquetas.

## Cómo devolver
Abra su pedido, elija *Devolver artículos* e imprima la etiqueta. Desde el extranjero los gastos de envío son suyos.

## Cuándo recibe su dinero
Hacemos el reembolso en cinco días laborables después de que el paquete llegue a nuestro almacén.
`,
  },
  {
    title: 'Envío y plazos de entrega',
    text: `
El envío a España tarda de 4 a 6 días laborables y cuesta 9,90 €. El enlace de seguimiento está en el correo que enviamos cuando sale
el paquete.
`,
  },
];
