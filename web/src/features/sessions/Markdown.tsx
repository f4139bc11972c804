/**
 * Text of a model as Markdown. No raw HTML, no pictures from elsewhere (loading one would
 * tell its host what was asked), no links but http, https and mailto, each with its host.
 */
import { isValidElement, memo, type ReactNode } from 'react';
import ReactMarkdown, { type Components } from 'react-markdown';
import remarkGfm from 'remark-gfm';
import remend from 'remend';
import { CopyText } from '../../ui/CopyText';
import { headings } from './headings';
import classes from './Markdown.module.css';

const words = {
  image: (alt: string, host: string) => `Picture not loaded: ${alt || 'no description'} (${host})`,
  copyCode: 'Copy',
  table: 'Table in the answer',
};

const components: Components = {
  a: ({ href, children }) => <SafeLink href={href}>{children}</SafeLink>,
  img: ({ src, alt }) => (
    <span className={classes.image}>
      {words.image(alt ?? '', hostOf(typeof src === 'string' ? src : undefined) ?? 'this page')}
    </span>
  ),
  pre: ({ children }) => <CodeBlock>{children}</CodeBlock>,
  // A header cell without text is no header.
  // oxlint-disable-next-line jsx-a11y/control-has-associated-label
  th: ({ children }) => (plain(children) === '' ? <td /> : <th>{children}</th>),
  table: ({ children }) => (
    // Wide tables scroll inside themselves, by keyboard too.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <section className={classes.scroll} aria-label={words.table} tabIndex={0}>
      <table>{children}</table>
    </section>
  ),
};

interface Props {
  text: string;
  /** Half-written syntax at the end is closed while the text still grows. */
  growing?: boolean;
}

export const Markdown = memo(function Markdown({ text, growing = false }: Props) {
  return (
    <div className={classes.markdown}>
      <ReactMarkdown remarkPlugins={[remarkGfm, headings]} components={components}>
        {growing ? remend(text) : text}
      </ReactMarkdown>
    </div>
  );
});

function hostOf(address: string | undefined): string | null {
  try {
    const url = new URL(address ?? '');
    return url.protocol === 'mailto:' ? url.pathname : url.host;
  } catch {
    return null;
  }
}

function SafeLink({ href, children }: { href: string | undefined; children: ReactNode }) {
  const host = hostOf(href);
  if (host === null || !/^(?:https?|mailto):/i.test(href ?? '')) return <span>{children}</span>;
  const shown = plain(children);
  return (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
      {shown.includes(host) ? null : <span className={classes.host}> ({host})</span>}
    </a>
  );
}

function plain(node: ReactNode): string {
  if (typeof node === 'string' || typeof node === 'number') return String(node);
  if (Array.isArray(node)) return node.map(plain).join('');
  if (isValidElement<{ children?: ReactNode }>(node)) return plain(node.props.children);
  return '';
}

function CodeBlock({ children }: { children: ReactNode }) {
  const name = isValidElement<{ className?: string }>(children) ? children.props.className : '';
  const language = /language-([\w+#-]+)/.exec(name ?? '')?.[1] ?? '';
  return (
    <div className={classes.code}>
      <div className={classes.codeHead}>
        <span>{language}</span>
        <CopyText text={plain(children)} label={words.copyCode} size="compact-xs" />
      </div>
      {/* Long lines scroll inside the block, by keyboard too. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <pre tabIndex={0}>{children}</pre>
    </div>
  );
}

export default Markdown;
