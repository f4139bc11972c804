/**
 * News of money under the header, until it is closed. It has its own place on the page, so that it
 * lies over nothing that one wants to press; on a page that is scrolled it stays in sight.
 */
import { Button, CloseButton, Text } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useGo } from '../../ui/go';
import type { Toast } from './news';
import classes from './Toasts.module.css';
import { useMoneyNews } from './useMoneyNews';
import { toastWords as words } from './words';

export function Toasts() {
  const { toasts, close } = useMoneyNews();
  const box = useRef<HTMLDivElement>(null);
  useFreeFocus(box);
  const closed = (id: string) => {
    close(id);
    // The button that had the focus is gone: reading goes on at the page.
    document.getElementById('page-title')?.focus({ preventScroll: true });
  };
  return (
    <div
      ref={box}
      role="log"
      aria-live="polite"
      aria-label={words.title}
      className={classes.toasts}
      data-testid="toasts"
    >
      {toasts.map((toast) => (
        <One key={toast.id} toast={toast} close={() => closed(toast.id)} />
      ))}
    </div>
  );
}

function One({ toast, close }: { toast: Toast; close: () => void }) {
  const go = useGo();
  const { text, url, action } = toast;
  return (
    <div className={classes.one}>
      <Text size="sm" className={classes.text}>
        {text}
      </Text>
      <Button
        component="a"
        href={url}
        size="compact-md"
        variant="default"
        onClick={(event) => {
          if (event.ctrlKey || event.metaKey || event.shiftKey) return;
          event.preventDefault();
          close();
          go(url);
        }}
      >
        {action}
      </Button>
      <CloseButton aria-label={words.close(text)} onClick={close} />
    </div>
  );
}

/** What gets the focus below them on a scrolled page comes out from there. */
function useFreeFocus(box: React.RefObject<HTMLDivElement | null>): void {
  useEffect(() => {
    const onFocus = ({ target }: FocusEvent) => {
      const { current } = box;
      if (!(target instanceof Element) || current === null || current.contains(target)) return;
      if (current.childElementCount > 0 && over(current, target)) {
        target.scrollIntoView({ block: 'center' });
      }
    };
    document.addEventListener('focusin', onFocus);
    return () => document.removeEventListener('focusin', onFocus);
  }, [box]);
}

function over(one: Element, other: Element): boolean {
  const a = one.getBoundingClientRect();
  const b = other.getBoundingClientRect();
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}
