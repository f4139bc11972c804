import { render, screen } from '@testing-library/react';
import { expect, test } from 'vitest';
import { Markdown } from '../src/features/sessions/Markdown';
import { Providers } from './app';

function show(text: string, growing = false): Element {
  const { container } = render(<Markdown text={text} growing={growing} />, { wrapper: Providers });
  // Beside it the container has only the theme's style elements.
  const page = container.querySelector('div');
  if (!page) throw new Error('nothing was rendered');
  return page;
}

test('raw HTML of a model is text, not elements', () => {
  const page = show('Hi <b id="x">there</b>\n\n<script>alert(1)</script>\n\n<iframe src="//e"></iframe>');
  expect(page.querySelector('#x, script, iframe')).toBeNull();
  expect(page.textContent).toContain('there');
});

test('a picture is not loaded; its description and host are told', () => {
  const page = show('![a chart](https://tracker.example/p.png?q=secret)');
  expect(page.querySelector('img, picture, source')).toBeNull();
  expect(page.textContent).toBe('Picture not loaded: a chart (tracker.example)');
});

test('links that run code or lead nowhere are dead', () => {
  const page = show(
    '[a](javascript:alert(1)) [b](data:text/html,x) [c](vbscript:x) [d](/billing) [e](JaVaScRiPt:x)',
  );
  expect(page.querySelector('a')).toBeNull();
  expect(page.textContent).toBe('a b c d e');
});

test('a link shows its host unless its text does already', () => {
  show('[guide](https://example.com/g) and [example.com](https://example.com/)');
  const [guide, plain] = screen.getAllByRole('link');
  expect(guide?.textContent).toBe('guide (example.com)');
  expect(plain?.textContent).toBe('example.com');
  expect(guide?.getAttribute('rel')).toContain('noopener');
  expect(guide?.getAttribute('rel')).toContain('noreferrer');
});

test('half-written syntax is closed while the text grows, and left alone when it is done', () => {
  expect(show('This is **bol', true).querySelector('strong')?.textContent).toBe('bol');
  expect(show('This is **bol').querySelector('strong')).toBeNull();
});

test('a code block has its language and a copy button', () => {
  const page = show('```python\nprint(1)\n```');
  expect(page.querySelector('pre code')?.textContent).toBe('print(1)\n');
  expect(page.textContent).toContain('python');
  expect(screen.getByRole('button', { name: 'Copy' })).toBeTruthy();
});

test('headings go down one level at a time, from the page’s own', () => {
  render(<Markdown text={'### 1.\n\n##### Deep\n\n> # Loud\n\n###### Last'} />);
  const levels = screen.getAllByRole('heading').map(({ tagName, textContent }) => [tagName, textContent]);
  expect(levels).toEqual([
    ['H2', '1.'],
    ['H3', 'Deep'],
    ['H2', 'Loud'],
    ['H3', 'Last'],
  ]);
});
