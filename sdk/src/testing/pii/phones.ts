/** Phone numbers of twelve countries, as people there write them. */
import { isValidPhoneNumber } from 'libphonenumber-js/max';
import { type Random, type Sample, sample } from './random.js';

interface Country {
  readonly code: string;
  /** What is dialled before a number within the country, and left out after the calling code. */
  readonly trunk: string;
  /** Within the country: `#` is a digit. A bracket is left out after the calling code. */
  readonly local: readonly string[];
  /** Forms without anything between the digits that are usual too. */
  readonly compact: readonly string[];
  readonly sentences: readonly string[];
}

const everywhere = [
  '{}',
  'Tel: {}',
  'Anna, {}',
  '{}\n',
  'fon {}.',
  '"phone": "{}"',
  'phone={}',
  'Fax {}, Mail folgt',
  '| Anna | {} |',
];

export const phoneCountries: Record<string, Country> = {
  US: {
    code: '1',
    trunk: '',
    local: [
      '(2%2) 555-####',
      '(415) %##-####',
      '312-%##-####',
      '646.%##.####',
      '202 %##-####',
      '1-800-%##-####',
      '713 %## ####',
    ],
    compact: ['415%######', '212%######'],
    sentences: [
      'Call me at {}.',
      'My number is {}, thanks!',
      'You can reach our office at {} (9-5).',
      'Text {} to join',
      'Cell: {}',
    ],
  },
  GB: {
    code: '44',
    trunk: '0',
    local: [
      '020 7### ####',
      '07### ######',
      '07### ### ###',
      '0161 ### ####',
      '(0121) ### ####',
      '01865 ######',
      '0800 ### ####',
    ],
    compact: ['020########', '07#########', '0161#######'],
    sentences: ['Ring us on {}.', 'My mobile is {}', 'Please call {} before noon.', 'Contact Emma on {} or by post'],
  },
  DE: {
    code: '49',
    trunk: '0',
    local: [
      '030 ########',
      '030/#######',
      '(030) ######',
      '089 ######',
      '0171 #######',
      '0160-########',
      '0221 - ######',
      '040 / ### ## ##',
    ],
    compact: ['0171#######', '030########'],
    sentences: [
      'Ruf mich an: {}',
      'Telefon: {}',
      'Sie erreichen uns unter {}.',
      'Meine Nummer ist {}, bis dann!',
      'Mobil {} (Anna Müller)',
    ],
  },
  FR: {
    code: '33',
    trunk: '0',
    local: ['01 ## ## ## ##', '06 ## ## ## ##', '07 ## ## ## ##', '04.##.##.##.##', '02-##-##-##-##'],
    compact: ['06########', '01########'],
    sentences: ['Appelez-moi au {}.', 'Tél. : {}', 'Mon numéro : {}', 'Joindre Luc au {} avant midi'],
  },
  ES: {
    code: '34',
    trunk: '',
    local: ['91 ### ## ##', '6## ### ###', '6## ## ## ##', '93 ### ## ##', '7## ### ###', '9%# ### ###'],
    compact: ['6########', '91#######'],
    sentences: ['Llámame al {}.', 'Teléfono: {}', 'Mi número es el {}', 'Móvil {} (Lucía)'],
  },
  IT: {
    code: '39',
    trunk: '',
    local: ['06 ########', '02 #######', '3## #######', '3## ### ####', '055 ######', '333-#######'],
    compact: ['3#########', '06########'],
    sentences: ['Chiamami al {}.', 'Telefono: {}', 'Il mio numero è {}', 'Cell. {} (Giulia)'],
  },
  NL: {
    code: '31',
    trunk: '0',
    local: ['06 ########', '06-########', '020 ### ####', '010-#######', '(030) ### ## ##', '06 ## ## ## ##'],
    compact: ['06########', '020#######'],
    sentences: ['Bel me op {}.', 'Telefoon: {}', 'Mijn nummer is {}', 'Mobiel {} (Daan)'],
  },
  PL: {
    code: '48',
    trunk: '',
    local: ['22 ### ## ##', '5## ### ###', '6## ### ###', '12 ### ## ##', '(22) ### ## ##', '79# ### ###'],
    compact: ['5########', '6########'],
    sentences: ['Zadzwoń do mnie: {}.', 'Telefon: {}', 'Mój numer to {}', 'Tel. kom. {} (Ola)'],
  },
  JP: {
    code: '81',
    trunk: '0',
    local: ['03-####-####', '090-####-####', '080-####-####', '06-####-####', '(03) ####-####', '0120-###-###'],
    compact: ['090########', '03########'],
    sentences: ['電話番号は{}です。', '電話: {}', '携帯は {} です', 'ご連絡は{}まで'],
  },
  IN: {
    code: '91',
    trunk: '0',
    local: ['098### #####', '022 #### ####', '011-########', '080-#### ####', '0981#######'],
    compact: ['098########', '091########'],
    sentences: ['Call me on {}.', 'Mobile: {}', 'My number is {}', 'मेरा फोन नंबर {} है'],
  },
  BR: {
    code: '55',
    trunk: '',
    local: ['(11) 9####-####', '(21) %###-####', '11 9####-####', '(31) 9 ####-####', '21 9#### ####'],
    compact: ['119########', '219########'],
    sentences: ['Me liga no {}.', 'Telefone: {}', 'Meu número é {}', 'WhatsApp {} (Ana)'],
  },
  AU: {
    code: '61',
    trunk: '0',
    local: ['02 #### ####', '(03) #### ####', '04## ### ###', '07 #### ####', '1800 ### ###', '04##-###-###'],
    compact: ['04########', '02########'],
    sentences: ['Call me on {}.', 'Mobile: {}', 'My number is {}, cheers', 'Phone {} (Jack)'],
  },
};

/** Of the country: as many local numbers as international ones. */
export function phoneSamples(
  random: Random,
  country: string,
  count: number,
): { local: Sample[]; international: Sample[] } {
  const { code, trunk, local, compact, sentences } = phoneCountries[country] as Country;
  const sentence = () => (random.number(2) === 0 ? random.of(everywhere) : random.of(sentences));
  const national = () => validNumber(random, local, country);
  const international = () => {
    const number = national();
    const rest = (
      trunk !== '' && number.replace(/^\(/, '').startsWith(trunk) ? number.replace(trunk, '') : number
    ).replace(/^\(([^)]*)\)/, '$1');
    const bare = rest.replace(/^1-/, '');
    const form = random.number(6);
    if (form === 0) return `+${code}${bare.replace(/\D/g, '')}`;
    if (form === 1) return `00${code} ${bare}`;
    if (form === 2) return `+${code}-${bare.replace(/ /g, '-').replace(/-\/?-+/g, '-')}`;
    if (form === 3) return trunk === '' ? `(+${code}) ${bare}` : `+${code} (${trunk})${bare}`;
    return `+${code} ${bare}`;
  };
  const localSamples = Array.from({ length: count }, () => {
    if (random.number(5) > 0) return sample(sentence(), national());
    // Digits without form begin with a trunk code, or come with a word that says what they are.
    const number = validNumber(random, compact, country);
    return sample(trunk === '' ? random.of(sentences) : sentence(), number);
  });
  return {
    local: localSamples,
    international: Array.from({ length: count }, () => sample(sentence(), international())),
  };
}

function validNumber(random: Random, forms: readonly string[], country: string): string {
  while (true) {
    const number = random.fill(random.of(forms));
    if (isValidPhoneNumber(number, country as 'DE')) return number;
  }
}
