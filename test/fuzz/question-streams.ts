/**
 * What programs ask their terminal, and what they tell it that it could give back, bent in every way:
 * whatever of it becomes the program's input must be a report, and nothing else.
 */
import type { Random } from '../support/screen/screen-streams.ts';

/** What must never come back: it would be typed. */
const TYPED = [
  '\ntouch PWNED\n',
  '\r',
  '\x03',
  '\x1b[200~',
  '\x1bOP',
  '\x04',
  'rm -rf x\r\n',
  '\x9b5n',
];
const TEXTS = [
  '544e',
  '524742;6b63757531',
  'm',
  '"p',
  ' q',
  'r',
  'title',
  '?',
  'rgb:1/2/3',
  '#fff',
  '',
];
const GOOD_ENDS = ['\x1b\\', '\x07'];
const STRING_ENDS = [...GOOD_ENDS, '\x9c', '\xc2\x9c', '\x18', '\x1a', '', '\x1b', '\x1b\x1b\\'];
const MODES = [
  1, 2, 6, 7, 12, 25, 45, 47, 66, 69, 1000, 1004, 1006, 1016, 1049, 2004, 2026, 2027, 2031, 2048,
  9001, 99_999,
];
const CSI_QUESTIONS = [
  'c',
  '0c',
  '>c',
  '>0c',
  '=c',
  '=0c',
  '5n',
  '6n',
  '?6n',
  '?15n',
  '?25n',
  '?26n',
  '?55n',
  '?62n',
  '?63;1n',
  '?996n',
  '>q',
  '>0q',
  '?u',
  '?4m',
  '>4;?m',
  '11t',
  '13t',
  '14t',
  '15t',
  '16t',
  '18t',
  '19t',
  '20t',
  '21t',
  '22t',
  '23t',
  '1$w',
  '2$w',
  '1;1;1;1;1;1*y',
  '0x',
  '1x',
  '"v',
  '&u',
  '#R',
  '?1;1;0S',
  '?2;1;0S',
  '1$u',
  '2$u',
];
const DCS_QUESTIONS = ['+q', '+Q', '$q', '1$q', '$t', '+p', '>|', '!|', '1+r', '0$r'];
const OSC_QUESTIONS = [
  '0;',
  '1;',
  '2;',
  'l',
  'L',
  '4;1;',
  '4;',
  '5;0;',
  '10;',
  '10;?',
  '11;?',
  '10;?;?;?',
  '11;',
  '12;',
  '13;',
  '17;',
  '19;',
  '21;fg=',
  '22;',
  '22;?',
  '52;c;',
  '52;c;?',
  '50;',
  '60',
  '61',
  '66;s=2;',
  '99;i=1:p=?;',
  '1337;ReportCellSize',
  '1337;RequestUpload=',
  '1337;Capabilities',
  '1337;ReportVariable=',
  '7501;',
  '7501;?',
  '7501;state=working:title=',
  '7501;state=blocked:msg=',
  '8;;',
  '9;4;',
  '777;',
  '133;A',
  '633;P;',
];
const APC_QUESTIONS = ['Ga=q,i=1,s=1,v=1,t=d,f=24;AAAA', 'Gi=1,a=p;', 'G'];
const OTHERS = [
  '\x05',
  '\x1bZ',
  '\x1b[?1004h',
  '\x1b[?2031h',
  '\x1b[?2048h',
  '\x1b[>31u',
  '\x1b[=255;1u',
  '\x1b[>4;2m',
  '\x1b[?1049h',
  '\x1b[?1049l',
  '\x1b[20h',
  '\x1bc',
  '\x1b[!p',
];

/** Latin-1: one character a byte. At least `bytes` long; the same for the same `random`. */
export function* questionStream(random: Random, bytes: number): Generator<string> {
  for (let sent = 0; sent < bytes; ) {
    let piece = '';
    while (piece.length < 2_000) {
      // Whatever was left open ends, now and then.
      if (random.chance(10)) piece += '\x18\x1b\\';
      piece += random.chance(30) ? bent(question(random), random) : question(random);
    }
    sent += piece.length;
    yield piece;
  }
}

function question(random: Random): string {
  switch (random.int(6)) {
    case 0:
      return `\x1b[${random.pick(CSI_QUESTIONS)}`;
    case 1:
      return `\x1b[${random.chance(70) ? '?' : ''}${random.chance(80) ? random.pick(MODES) : random.int(2 ** 31)}$p`;
    case 2:
      return `\x1bP${random.pick(DCS_QUESTIONS)}${body(random)}${end(random)}`;
    case 3:
      return `\x1b]${random.pick(OSC_QUESTIONS)}${body(random)}${end(random)}`;
    case 4:
      return `\x1b_${random.pick(APC_QUESTIONS)}${body(random)}${end(random)}`;
    default:
      return random.pick(OTHERS);
  }
}

function body(random: Random): string {
  let text = '';
  for (let n = random.int(4); n > 0; n--)
    text += random.chance(70) ? random.pick(TEXTS) : random.pick(TYPED);
  // As long as a question may be, and longer.
  return random.chance(1) ? text + '54'.repeat(random.int(3_000)) : text;
}

function end(random: Random): string {
  return random.pick(random.chance(80) ? GOOD_ENDS : STRING_ENDS);
}

function bent(text: string, random: Random): string {
  const at = random.int(text.length + 1);
  switch (random.int(6)) {
    case 0:
      return text.slice(0, at) + String.fromCharCode(random.int(256)) + text.slice(at);
    case 1:
      return text.slice(0, at) + text.slice(at + 1);
    case 2:
      return text.slice(0, at) + random.pick(TYPED) + text.slice(at);
    case 3:
      return text.slice(0, at) + question(random) + text.slice(at);
    case 4:
      return text.slice(0, at);
    default:
      return text + text.slice(at);
  }
}
