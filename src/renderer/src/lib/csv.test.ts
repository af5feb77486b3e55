import { describe, expect, it } from 'vitest';
import { csvCell, exportFileName, toCsv } from './csv';

describe('csv', () => {
  it.each([
    ['=1+1', "'=1+1"],
    ['+49 30 1234', "'+49 30 1234"],
    ['-2', "'-2"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', '"\'\t=1"'],
    ['\r=1', '"\'\r=1"'],
    ['＝1+1', "'＝1+1"],
    ['=HYPERLINK("http://x","y")', '"\'=HYPERLINK(""http://x"",""y"")"'],
  ])('takes a formula as text: %s', (text, cell) => {
    expect(csvCell(text)).toBe(cell);
  });

  it.each([
    [null, ''],
    ['', ''],
    [-5, '-5'],
    [true, 'true'],
    ['plain', 'plain'],
    ['a,b', '"a,b"'],
    ['a;b', '"a;b"'],
    ['say "x"', '"say ""x"""'],
    ['two\nlines', '"two\nlines"'],
    [' kept ', '" kept "'],
  ] as const)('writes %s', (value, cell) => {
    expect(csvCell(value)).toBe(cell);
  });

  it('has a mark, a header and CRLF', () => {
    expect(toCsv(['Ref', 'Control'], [['AC-2', 'Accounts']])).toBe('\uFEFFRef,Control\r\nAC-2,Accounts\r\n');
  });

  it('names the tenant in the file and nothing that a file system minds', () => {
    expect(exportFileName('Nordhaven Bank AG', 'Control tests', '2026-11-23')).toBe(
      'Nordhaven-Bank-AG_control-tests_2026-11-23.csv',
    );
    expect(exportFileName('../../Östra/Energi:AB', 'Controls', '2026-11-23')).toBe('Östra-Energi-AB_controls_2026-11-23.csv');
  });
});
