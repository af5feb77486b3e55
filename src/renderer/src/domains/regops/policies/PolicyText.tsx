/**
 * The text of a policy's version as it is read. What somebody typed is never markup of ours: HTML is shown as text, pictures are not
 * loaded, and a link shows where it leads without leading there.
 */
import Markdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';

const PLAIN: Components = {
  a: ({ children, href }) => (
    <span title={href}>
      {children}
      {href === undefined ? null : ` (${href})`}
    </span>
  ),
  img: ({ alt }) => <span>{alt}</span>,
};

export function PolicyText({ text }: { readonly text: string }) {
  return (
    <Markdown remarkPlugins={[remarkGfm]} components={PLAIN}>
      {text}
    </Markdown>
  );
}
