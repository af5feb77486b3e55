/** Markdown on the screen: what somebody typed is letters, and only an https link leads anywhere, by a button. */
// @vitest-environment happy-dom
import { afterEach, expect, it, vi } from 'vitest';
import { type Drawn, draw } from '../lib/testing/render';

const openLink = vi.hoisted(() => vi.fn(async () => true));
vi.mock('../lib/trpc', () => ({ trpcClient: { app: { openLink: { mutate: openLink } } } }));

const { MarkdownText } = await import('./MarkdownText');

let drawn: Drawn | null = null;
const show = async (text: string) => {
  drawn = await draw(<MarkdownText text={text} top={2} headingIds="h" />);
  return drawn.container;
};
afterEach(async () => {
  await drawn?.remove();
  drawn = null;
  openLink.mockClear();
});

it('shows HTML as text, and a picture by its words', async () => {
  const page = await show(
    '<img src=x onerror=alert(1)> <b>b</b>\n\n<script>alert(1)</script>\n\n![plan](https://a.example/p.png)',
  );
  expect(page.querySelector('img, b, script, iframe')).toBeNull();
  expect(page.textContent).toContain('<img src=x onerror=alert(1)>');
  expect(page.textContent).toContain('<script>alert(1)</script>');
  expect(page.textContent).toContain('plan');
});

it('makes a button of an https link, and of no other', async () => {
  const page = await show(
    '[a](https://a.example/x) [b](javascript:alert(1)) [c](http://c.example) [d](data:text/html,x) [e](file:///etc/passwd) [f](//f.example)',
  );
  expect(page.querySelector('a')).toBeNull();
  const buttons = [...page.querySelectorAll('button')];
  expect(buttons.map((button) => button.textContent)).toEqual(['a']);
  buttons[0]?.click();
  expect(openLink.mock.calls).toEqual([[{ url: 'https://a.example/x' }]]);
});

it('draws headings one below the title of the page, each by its line', async () => {
  const page = await show('# One\n\n## Two\n');
  expect([...page.querySelectorAll('h2, h3')].map((heading) => [heading.tagName, heading.id])).toEqual([
    ['H2', 'h-1'],
    ['H3', 'h-3'],
  ]);
});
