/** The receipt of a run, printable: its permanent address. */
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { receiptQuery } from '../../api/queries';
import { useInstance } from '../../ui/instance';
import { useMe } from '../../ui/me';
import { Page } from '../../ui/Page';
import { Remote, SkeletonLines } from '../../ui/Remote';
import { ReceiptParts } from './ReceiptParts';
import { receiptWords as words } from './words';

export function ReceiptScreen() {
  const { runId } = useParams({ from: '/app/runs/$runId/receipt' });
  const query = useQuery(receiptQuery(runId));
  const { product_name: product } = useInstance();
  const { organization } = useMe();
  return (
    <Page title={words.title} width="narrow">
      <p className="print-only">{words.printHead(product, organization.name)}</p>
      <Remote query={query} what={words.what} skeleton={<SkeletonLines count={10} />}>
        {(receipt) => <ReceiptParts receipt={receipt} toRun />}
      </Remote>
    </Page>
  );
}
