/** What a change would do, to the cent and the credit, and the button that makes it happen. */
import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconCircleCheck } from '@tabler/icons-react';
import { useEffect, useRef } from 'react';
import type { Cadence, ChangePreview, ChangeResult } from '../../api/gen';
import { ApiProblem } from '../../api/problem';
import { BillingAction } from '../../credits/BillingAction';
import { announce } from '../../ui/announce';
import { useDates } from '../../ui/dates';
import { Dialog } from '../../ui/Dialog';
import { useGo } from '../../ui/go';
import { ButtonTo } from '../../ui/LinkTo';
import { Failure, SkeletonLines } from '../../ui/Remote';
import { words as shared } from '../../ui/words';
import { confirmText, linesOf } from './preview';
import { PreviewLines } from './PreviewLines';
import { type Look, usePreview } from './usePreview';
import { previewWords as words, words as plans } from './words';

interface Props {
  plan: string;
  name: string;
  cadence: Cadence;
  close: () => void;
}

export function PreviewDialog({ plan, name, cadence, close }: Props) {
  const look = usePreview(plan, cadence);
  const title = words.title(name, plans.cadences[cadence].toLowerCase());
  return (
    <Dialog close={close} title={title} size="lg">
      <Stack gap="md">
        {look.result && look.preview ? (
          <Outcome result={look.result} preview={look.preview} close={close} />
        ) : (
          <Asked look={look} close={close} />
        )}
      </Stack>
    </Dialog>
  );
}

function Asked({ look, close }: { look: Look; close: () => void }) {
  const { preview, failure, gone } = look;
  if (gone) return <Closed text={words.gone} close={close} />;
  if (!preview) {
    if (failure) return <Failure text={shared.notLoaded(words.what)} error={failure} />;
    return <SkeletonLines count={6} />;
  }
  return <Shown look={look} preview={preview} close={close} />;
}

function Closed({ text, close }: { text: string; close: () => void }) {
  return (
    <>
      <Alert color="orange" icon={<IconAlertTriangle aria-hidden />}>
        {text}
      </Alert>
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          {shared.close}
        </Button>
      </Group>
    </>
  );
}

interface ShownProps {
  look: Look;
  preview: ChangePreview;
  close: () => void;
}

function Shown({ look, preview, close }: ShownProps) {
  const dates = useDates();
  const { old, renewed, expired, failure, busy } = look;
  const declined = failure instanceof ApiProblem && failure.code === 'payment_declined';
  return (
    <>
      {failure ? <Failure text={declined ? words.declined : words.failed} error={failure} /> : null}
      {renewed ? <Renewed key={preview.id} why={renewed} /> : null}
      <Text size="sm">{preview.text}</Text>
      <PreviewLines lines={linesOf(preview, old, dates)} />
      <Text size="sm" c="dimmed">
        {expired ? words.expired : words.validUntil(dates.time(preview.expires_at))}
      </Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={close}>
          {shared.cancel}
        </Button>
        {expired ? (
          <Button loading={busy} onClick={look.renew}>
            {words.renew}
          </Button>
        ) : (
          <Button loading={busy} onClick={look.confirm}>
            {confirmText(preview, dates)}
          </Button>
        )}
      </Group>
    </>
  );
}

// The person confirmed other numbers: reading starts again here, before the button.
function Renewed({ why }: { why: NonNullable<Look['renewed']> }) {
  const ref = useRef<HTMLDivElement>(null);
  useEffect(() => ref.current?.focus(), []);
  return (
    <Alert
      ref={ref}
      tabIndex={-1}
      color={why === 'refused' ? 'orange' : 'blue'}
      icon={<IconAlertTriangle aria-hidden />}
    >
      {why === 'refused' ? words.changed : words.renewed}
    </Alert>
  );
}

interface OutcomeProps {
  result: ChangeResult;
  preview: ChangePreview;
  close: () => void;
}

function Outcome({ result, preview, close }: OutcomeProps) {
  const go = useGo();
  const dates = useDates();
  const { state, checkout, billing } = result;
  const name = preview.plan.name;
  const text =
    state === 'scheduled'
      ? words.scheduled(name, dates.day(preview.effective_at))
      : state === 'done'
        ? words.done(name)
        : words.bankTitle;
  const sentTo = state === 'checkout' ? checkout?.url : undefined;
  useEffect(() => {
    if (sentTo === undefined) announce(text);
    else go(sentTo);
  }, [sentTo, text, go]);
  if (sentTo !== undefined) return <SkeletonLines count={3} />;
  if (state === 'confirmation_needed') {
    return (
      <>
        <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} title={text} />
        <Group justify="flex-end">
          {result.confirm_url ? (
            <Button component="a" href={result.confirm_url} data-autofocus>
              {words.toBank}
            </Button>
          ) : (
            <BillingAction action="confirm_payment" billing={billing} />
          )}
        </Group>
      </>
    );
  }
  return (
    <>
      <Alert color="green" icon={<IconCircleCheck aria-hidden />} title={text} />
      <Group justify="flex-end">
        <ButtonTo to="/billing" search={{}} onClick={close}>
          {plans.toBilling}
        </ButtonTo>
      </Group>
    </>
  );
}
