/** Mantine's link and button with the router's addresses. */
import { Anchor, type AnchorProps, Button, type ButtonProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import { type ComponentProps, forwardRef } from 'react';

type AnchorTag = Omit<ComponentProps<'a'>, keyof AnchorProps>;
type ButtonTag = Omit<ComponentProps<'a'>, keyof ButtonProps>;

const PlainAnchor = forwardRef<HTMLAnchorElement, AnchorProps & AnchorTag>((props, ref) => (
  <Anchor ref={ref} {...props} />
));
PlainAnchor.displayName = 'PlainAnchor';

const AnchorButton = forwardRef<HTMLAnchorElement, ButtonProps & ButtonTag>((props, ref) => (
  <Button ref={ref} component="a" {...props} />
));
AnchorButton.displayName = 'AnchorButton';

export const LinkTo = createLink(PlainAnchor);
export const ButtonTo = createLink(AnchorButton);
