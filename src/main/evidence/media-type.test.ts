/** What a file is, by its bytes. */
import { describe, expect, it } from 'vitest';
import { mediaTypeOf, showAs } from './media-type';

const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe('the media type', () => {
  it.each([
    ['\x89PNG\r\n\x1a\n....', 'image/png'],
    ['\xff\xd8\xff\xe0....', 'image/jpeg'],
    ['%PDF-1.7\n%....', 'application/pdf'],
    ['RIFF\x10\0\0\0WEBPVP8 ', 'image/webp'],
    ['\0\0\0\x18ftypheic\0\0', 'image/heic'],
    ['\0\0\0\x18ftypisom\0\0', 'video/mp4'],
    [
      'PK\x03\x04....[Content_Types].xml....word/document.xml',
      'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
    ],
    ['PK\x03\x04....', 'application/zip'],
    ['MZ\x90\0\x03\0', 'application/octet-stream'],
    ['BM is how this sentence begins', 'text/plain'],
    ['a,b,c\r\n1,2,3\r\n', 'text/plain'],
    ['text with a \x07 bell', 'application/octet-stream'],
    ['', 'application/octet-stream'],
  ])('of %j is %s', (bytes, type) => expect(mediaTypeOf(latin1(bytes), true)).toBe(type));

  it('never lets a page or a drawing with scripts come alive', () => {
    expect(mediaTypeOf(latin1('<!doctype html><script>alert(1)</script>'), true)).toBe('text/plain');
    expect(mediaTypeOf(latin1('<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'), true)).toBe('text/plain');
  });

  it('takes a text whose last letter is cut at the end of the sample, but not at the end of the file', () => {
    const cut = Buffer.from('größe', 'utf8').subarray(0, 3);
    expect(mediaTypeOf(cut, false)).toBe('text/plain');
    expect(mediaTypeOf(cut, true)).toBe('application/octet-stream');
  });

  it('shows only what a window can show safely', () => {
    expect(showAs('image/png')).toBe('image');
    expect(showAs('application/pdf')).toBe('pdf');
    expect(showAs('text/plain')).toBe('text');
    expect(showAs('image/svg+xml')).toBe('none');
    expect(showAs('text/html')).toBe('none');
  });
});
