/** What is known of a run of any kind, and where it leads. */
import type { Run } from '../../api/gen';
import { creditsText, isZero } from '../../credits/amount';
import { useDates } from '../../ui/dates';
import { Facts } from '../../ui/Facts';
import { ButtonTo } from '../../ui/LinkTo';
import { useModelName } from '../../ui/models';
import { useRight } from '../../ui/rights';
import { notEnded, startedBy, workflowOf } from './run-text';
import { isEnded } from './states';
import { words } from './words';

/** What stands in place of a model where only the browser's time is charged. */
const TIME = 'browser';

export function RunFacts({ run }: { run: Run }) {
  const dates = useDates();
  const modelName = useModelName();
  return (
    <Facts
      facts={[
        run.browser === null
          ? null
          : { name: words.task, value: run.browser.task ?? words.noTask },
        run.browser?.start_url ? { name: words.startAddress, value: run.browser.start_url } : null,
        { name: words.columns.who, value: startedBy(run) },
        run.model === '' || run.model === TIME ? null : { name: words.model, value: modelName(run.model) },
        run.definition?.version == null
          ? null
          : { name: words.version, value: String(run.definition.version) },
        {
          name: words.started,
          value: run.started_at ? dates.moment(run.started_at) : words.notStarted,
        },
        { name: words.ended, value: run.ended_at ? dates.moment(run.ended_at) : notEnded(run) },
        { name: words.estimate, value: words.range(run.quote.low, run.quote.high) },
        run.cap === null ? null : { name: words.cap, value: creditsText(run.cap) },
        isZero(run.held) ? null : { name: words.heldNow, value: creditsText(run.held) },
        {
          name: words.charged,
          value: run.estimated
            ? words.chargedEstimated(creditsText(run.credits))
            : creditsText(run.credits),
          strong: true,
        },
      ]}
    />
  );
}

export function Onwards({ run }: { run: Run }) {
  const works = useRight('start_work');
  return (
    <>
      {isEnded(run.state) ? (
        <ButtonTo to="/runs/$runId/receipt" params={{ runId: run.id }} variant="default">
          {words.receipt}
        </ButtonTo>
      ) : null}
      {works && run.kind === 'tool' && run.subject !== null && run.has_content ? (
        <ButtonTo
          to="/tools/$toolId"
          params={{ toolId: run.subject }}
          search={{ run: run.id }}
          variant={isEnded(run.state) ? 'filled' : 'default'}
        >
          {isEnded(run.state) ? words.runAgain : words.showInputs}
        </ButtonTo>
      ) : null}
      {works && workflowOf(run) ? (
        <ButtonTo
          to="/workflows/$workflowId"
          params={{ workflowId: workflowOf(run) ?? '' }}
          search={{ run: run.id }}
          variant={isEnded(run.state) ? 'filled' : 'default'}
        >
          {isEnded(run.state) ? words.runAgain : words.showInputs}
        </ButtonTo>
      ) : null}
      {run.session_id ? (
        <ButtonTo to="/sessions/$sessionId" params={{ sessionId: run.session_id }} variant="default">
          {words.session}
        </ButtonTo>
      ) : null}
    </>
  );
}
