'use strict';
// Numbers as people write them.

const superscripts = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** 10⁻³ of −3. */
function powerOfTen(exponent) {
  const digits = String(Math.abs(exponent)).replace(/\d/g, d => superscripts[d]);
  return `10${exponent < 0 ? '⁻' : ''}${digits}`;
}

/** At most `digits` significant digits, very large and very small numbers with a power of ten; "–" for null. */
function formatNumber(value, digits = 4) {
  if (value === null || value === undefined || !Number.isFinite(value)) return '–';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size >= 1e-3 && size < 1e6) return String(Number(value.toPrecision(digits))).replace('-', '−');
  const [mantissa, exponent] = value.toExponential(digits - 1).split('e');
  return `${Number(mantissa)}·${powerOfTen(Number(exponent))}`.replace(/^-/, '−');
}

/** "1 iteration", "2 iterations". */
function counted(n, noun) { return `${n} ${noun}${n === 1 ? '' : 's'}`; }

/** "a, b and c". */
function enumerated(words) {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
}

/** Indices of at most `most` of n points, evenly spaced, the last among them. */
function evenly(n, most) {
  if (n <= most) return d3.range(n);
  return d3.range(most).map(i => Math.round(i * (n - 1) / (most - 1)));
}

/** "200 of 4000 records of each ..."; nothing where all of them are shown. */
function partInWords(most, counts, of) {
  const largest = d3.max(counts) || 0;
  return largest <= most ? '' : `${most} of ${counts.length > 1 ? 'up to ' : ''}${largest} ${of}.`;
}

/** The index of the first of ascending values that is ≥ v; their number when none is. */
function firstAtLeast(values, v) {
  const i = values.findIndex(u => u >= v);
  return i < 0 ? values.length : i;
}
