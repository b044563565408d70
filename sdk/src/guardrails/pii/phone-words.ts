/** Words and signs before digits that say whether they are a phone number. */

/** A regular expression's alternatives, from words set apart by blanks. */
const anyOf = (words: string) => `(?:${words.trim().split(/\s+/).join('|')})`;

/** After these digits without any form are one, also with some words between: `call me on`. */
const phone = anyOf(String.raw`
  phone telephone t[eé]l[eé]fono? telefoon t[eé]l[eé]phone telefone t[eé]l tlf fon mobile? m[oó]vil mobil mobiel mob
  portable cellulare celular cell handy kom[oó]rk[aię] kom fax call(?:ed|ing)? ring dial sms texte?d? whatsapp viber hotline
  helpline reach(?:ed)? erreich\p{L}* (?:an)?ruf\p{L}* appel\p{L}* joindre ll[aá]m\p{L}* chiam\p{L}* lig(?:ue|ar|a)
  bel(?:len)? (?:za)?dzwo[nń]\p{L}* тел телефон позвон\p{L}*`);

/** The same in scripts without spaces, and signs. */
const phoneSign = anyOf('電話番?号? 携帯 手机号?码? 手機 电话 전화 핸드폰 फ़?ोन मोबाइल ☎️? 📞 📱');

/** After these only if nothing more than a verb stands between: `my number is`. */
const number = anyOf(String.raw`
  (?:my|his|her|our|mon|mein|meine|mi|il\smio|mijn|m[oó]j|meu)\s(?:number|num[eé]ro|nummer|n[uú]mero|numer)
  contact\p{L}* kontakt contatto contato`);
const verb = anyOf('is ist est es el è é to le');

export const phoneBefore = new RegExp(
  [
    String.raw`(?:^|[^\p{L}])${phone}(?:[^\p{L}\d\n][^\d\n]{0,18})?$`,
    String.raw`${phoneSign}[^\d\n]{0,12}$`,
    String.raw`(?:^|[^\p{L}])${number}(?:[^\p{L}\d\n]{1,2}${verb})*[^\p{L}\d\n]{0,3}$`,
  ].join('|'),
  'iu',
);

/** After these digits are something else. */
const other = anyOf(String.raw`
  order invoice receipt reference ref ticket case sku ean isbn issn asin upc gtin id uid pid serial batch lot account acct
  iban bic customer article item part version build commit tracking shipment parcel policy contract permit license vat tax
  bestell\p{L}* auftrag\p{L}* rechnung\p{L}* kunden\p{L}* artikel\p{L}* konto\p{L}* akten\p{L}* commande facture
  r[eé]f[eé]rence dossier client siret siren pedido factura referencia ordine fattura pratica fatura bestelling factuur
  klant\p{L}* zam[oó]wieni\p{L}* faktur\p{L}* 注文 注文番号 請求書 订单 订单号`);
const otherNumber = anyOf('no nr num number numéro nummer numero número n id code is');

export const otherBefore = new RegExp(
  String.raw`(?:^|[^\p{L}])${other}(?:[^\p{L}\d\n]{1,3}${otherNumber})?[^\p{L}\d\n]{0,4}$`,
  'iu',
);
