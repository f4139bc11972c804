/** The packs and an amount of one's own, each with its price and the price of a thousand. */
import { TextInput } from '@mantine/core';
import type { Ref } from 'react';
import type { Pack, PackList } from '../../api/gen';
import { formatMoney, formatPrice } from '../../credits/amount';
import classes from './Billing.module.css';
import { buyWords as words } from './buy-words';
import { type Choice, CUSTOM, orderOf, perThousandOf } from './buying';

interface Props {
  packs: PackList;
  choice: Choice;
  choose: (choice: Choice) => void;
  /** The amount was tried and is not sold. */
  wrong: boolean;
  amount: Ref<HTMLInputElement>;
}

export function PackChoices({ packs, choice, choose, wrong, amount }: Props) {
  return (
    <fieldset className={classes.packs}>
      <legend className={classes.legend}>{words.packs}</legend>
      {packs.data.map((pack) => (
        <PackChoice
          key={pack.id}
          pack={pack}
          checked={pack.id === choice.pack}
          choose={() => choose({ ...choice, pack: pack.id })}
        />
      ))}
      <Custom packs={packs} choice={choice} choose={choose} />
      {choice.pack === CUSTOM ? (
        <TextInput
          ref={amount}
          type="number"
          inputMode="numeric"
          label={words.customLabel}
          description={words.customHint(packs.custom.min, packs.custom.max, packs.custom.step)}
          min={packs.custom.min}
          max={packs.custom.max}
          step={packs.custom.step}
          value={choice.custom}
          error={
            wrong
              ? words.customWrong(packs.custom.min, packs.custom.max, packs.custom.step)
              : undefined
          }
          onChange={(event) => choose({ ...choice, custom: event.currentTarget.value })}
        />
      ) : null}
    </fieldset>
  );
}

interface PackProps {
  pack: Pack;
  checked: boolean;
  choose: () => void;
}

function PackChoice({ pack, checked, choose }: PackProps) {
  return (
    <label className={classes.choice} data-checked={checked || undefined}>
      <input
        type="radio"
        name="pack"
        value={pack.id}
        checked={checked}
        data-autofocus={checked || undefined}
        onChange={choose}
      />
      <span className={classes.choiceMain}>
        <strong>{words.pack(pack.credits)}</strong>
        <span>{words.lifetime(pack.lifetime_months)}</span>
      </span>
      <span className={classes.choicePrice}>
        <strong>{formatMoney(pack.price)}</strong>
        <span>{words.perThousand(formatPrice(pack.per_thousand, pack.price))}</span>
      </span>
    </label>
  );
}

function Custom({ packs, choice, choose }: Pick<Props, 'packs' | 'choice' | 'choose'>) {
  const checked = choice.pack === CUSTOM;
  const order = checked ? orderOf(choice, packs) : null;
  const each = order ? perThousandOf(order.credits, packs) : null;
  return (
    <label className={classes.choice} data-checked={checked || undefined}>
      <input
        type="radio"
        name="pack"
        value={CUSTOM}
        checked={checked}
        data-autofocus={checked || undefined}
        onChange={() => choose({ ...choice, pack: CUSTOM })}
      />
      <span className={classes.choiceMain}>
        <strong>{words.custom}</strong>
        <span>{words.customHint(packs.custom.min, packs.custom.max, packs.custom.step)}</span>
      </span>
      {order && each ? (
        <span className={classes.choicePrice}>
          <strong>{formatMoney(order.price)}</strong>
          <span>{words.perThousand(formatMoney(each))}</span>
        </span>
      ) : null}
    </label>
  );
}
