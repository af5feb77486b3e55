/**
 * Amounts of a population, exact: whole numbers of ten-thousandths as BigInt, never a double. Texts are read where only one
 * reading is possible.
 */

export type DecimalMark = '.' | ',';

/** Ten-thousandths in one. */
const SCALE = 10_000n;
const DECIMALS = 4;
const MAX_DIGITS = 15;
const CANONICAL = /^-?(0|[1-9]\d{0,14})(\.\d{0,3}[1-9])?$/;

/** `12.5` for 125 000 ten-thousandths: no exponent, no needless zeros, no negative zero. */
export function amountText(value: bigint): string {
  const size = value < 0n ? -value : value;
  const fraction = String(size % SCALE)
    .padStart(DECIMALS, '0')
    .replace(/0+$/, '');
  return `${value < 0n ? '-' : ''}${size / SCALE}${fraction === '' ? '' : `.${fraction}`}`;
}

/** The value of a canonical text. Throws TypeError for any other. */
export function amountOf(text: string): bigint {
  if (!CANONICAL.test(text) || text === '-0') throw new TypeError('not a canonical amount');
  const [whole = '0', fraction = ''] = text.replace('-', '').split('.');
  const value = BigInt(whole) * SCALE + BigInt(fraction.padEnd(DECIMALS, '0'));
  return text.startsWith('-') ? -value : value;
}

/** The amount as a person reads it: `1,234.50`, at least two decimals. Grouping by thin spaces, which no locale takes for a mark. */
export function amountWords(text: string): string {
  const [whole = '0', fraction = ''] = text.split('.');
  return `${whole.replace(/\B(?=(\d{3})+(?!\d))/g, '\u202F')}.${fraction.padEnd(2, '0')}`;
}

/**
 * Reads a cell; the reason as text where it is no amount or could be two. `mark` is the decimal mark, where the person said it.
 * Negative amounts may be written `-1`, `1-` or `(1)`.
 */
export function readAmount(cell: unknown, mark: DecimalMark | null): bigint | string {
  if (typeof cell === 'number') return fromNumber(cell);
  if (typeof cell !== 'string') return 'is no amount';
  const trimmed = cell.trim();
  const negative = /^\(.*\)$/.test(trimmed) || /^[-−]/.test(trimmed) || /[-−]$/.test(trimmed);
  const bare = trimmed.replace(/^\((.*)\)$/, '$1').replace(/^[-−+]|[-−]$/g, '');
  const digits = bare.replace(/(?<=\d)[\s\u00A0\u202F'’](?=\d{3}(\D|$))/gu, '');
  const plain = withPoint(digits, mark);
  if (plain === null) return 'could be read in two ways; say which decimal mark the file uses';
  if (!/^\d+(\.\d+)?$/.test(plain)) return 'is no amount';
  const [whole = '0', fraction = ''] = plain.split('.');
  const kept = fraction.replace(/0+$/, '');
  if (kept.length > DECIMALS) return `has more than ${DECIMALS} decimals`;
  const significant = whole.replace(/^0+(?=\d)/, '');
  if (significant.length > MAX_DIGITS) return 'is too large';
  const value = BigInt(significant) * SCALE + BigInt(kept.padEnd(DECIMALS, '0'));
  return negative ? -value : value;
}

/** A spreadsheet's number: what binary fractions add behind the fourth decimal is none of the amount. */
function fromNumber(value: number): bigint | string {
  if (!Number.isFinite(value)) return 'is no amount';
  if (Math.abs(value) >= 1e11) return Number.isSafeInteger(value) ? BigInt(value) * SCALE : 'is too large to be exact';
  const scaled = Math.round(value * Number(SCALE));
  if (Math.abs(scaled / Number(SCALE) - value) > 1e-9 * Math.max(1, Math.abs(value))) return `has more than ${DECIMALS} decimals`;
  return BigInt(scaled);
}

/** The text with `.` as its decimal mark and no grouping; null where it is not clear which mark is which. */
function withPoint(text: string, mark: DecimalMark | null): string | null {
  const decimal = mark ?? decimalMarkIn(text);
  if (decimal === null) return null;
  const group = decimal === '.' ? ',' : '.';
  if (text.includes(group) && !new RegExp(`^\\d{1,3}(\\${group}\\d{3})+(\\${decimal}\\d*)?$`).test(text)) return 'x';
  return text.split(group).join('').replace(decimal, '.');
}

function decimalMarkIn(text: string): DecimalMark | null {
  const points = text.split('.').length - 1;
  const commas = text.split(',').length - 1;
  if (points > 0 && commas > 0) return text.lastIndexOf('.') > text.lastIndexOf(',') ? '.' : ',';
  if (points + commas === 0) return '.';
  const used: DecimalMark = points > 0 ? '.' : ',';
  const other: DecimalMark = used === '.' ? ',' : '.';
  if (points + commas > 1) return other;
  return /^[1-9]\d{0,2}[.,]\d{3}$/.test(text) ? null : used;
}
