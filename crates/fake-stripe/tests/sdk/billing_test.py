"""Prices, pages and subscriptions. Amounts are computed by hand."""

from playground import DAY, JAN_1, Playground

import stripe


class Billing(Playground):
    def subscribe(self, customer, price, **more):
        items = [{"price": price.id}]
        return self.stripe.subscriptions.create({"customer": customer.id, "items": items, **more})

    def test_prices_are_found_by_their_lookup_key(self):
        price = self.price(2_900, lookup_key="team:1:monthly", metadata={"plan": "team"})
        self.price(9_900)
        found = self.stripe.prices.list({"lookup_keys": ["team:1:monthly"]}).data
        self.assertEqual([price.id], [one.id for one in found])
        self.assertEqual(("month", 2_900), (found[0].recurring.interval, found[0].unit_amount))
        self.assertEqual("team", found[0].metadata["plan"])
        with self.assertRaises(stripe.InvalidRequestError):
            self.price(1, lookup_key="team:1:monthly")

    def test_a_subscription_begins_on_the_hosted_page(self):
        customer = self.stripe.customers.create({"metadata": {"organization": "org_1"}})
        session = self.stripe.checkout.sessions.create({
            "mode": "subscription",
            "customer": customer.id,
            "client_reference_id": "ck_1",
            "line_items": [{"price": self.price(2_900).id, "quantity": 1}],
            "subscription_data": {"metadata": {"reference": "ck_1"}},
            "success_url": "https://example.org/back",
        })
        self.assertTrue(session.url.startswith(self.url))
        with self.assertRaises(AssertionError):
            self.play("pay_page", session=session.id, card="pm_card_chargeDeclined")
        self.assertEqual("open", self.stripe.checkout.sessions.retrieve(session.id).status)
        self.play("pay_page", session=session.id, card="pm_card_visa")
        session = self.stripe.checkout.sessions.retrieve(
            session.id, {"expand": ["subscription.latest_invoice"]}
        )
        subscription = session.subscription
        self.assertEqual(("complete", "active"), (session.status, subscription.status))
        self.assertEqual("ck_1", subscription.metadata["reference"])
        invoice = subscription.latest_invoice
        self.assertEqual((2_900, "paid"), (invoice.amount_paid, invoice.status))
        self.assertEqual("subscription_create", invoice.billing_reason)

    def test_a_card_is_saved_on_a_page_for_payments_and_setups(self):
        customer = self.stripe.customers.create({})
        session = self.stripe.checkout.sessions.create({
            "mode": "payment",
            "customer": customer.id,
            "line_items": [{"quantity": 1, "price_data": {
                "currency": "usd", "unit_amount": 5_000, "product_data": {"name": "Credits"}}}],
            "payment_intent_data": {"setup_future_usage": "off_session",
                                    "metadata": {"reference": "ck_2"}},
            "success_url": "https://example.org/back",
        })
        self.play("pay_page", session=session.id, card="pm_card_visa")
        intents = self.stripe.payment_intents.list({"customer": customer.id}).data
        self.assertEqual([("succeeded", 5_000)], [(one.status, one.amount) for one in intents])
        self.assertEqual("ck_2", intents[0].metadata["reference"])
        methods = self.stripe.customers.payment_methods.list(customer.id, {"type": "card"}).data
        self.assertEqual(["4242"], [one.card.last4 for one in methods])
        session = self.stripe.checkout.sessions.create({
            "mode": "setup", "customer": customer.id, "currency": "usd",
            "success_url": "https://example.org/back"})
        self.play("pay_page", session=session.id, card="pm_card_mastercard")
        setups = self.stripe.setup_intents.list({"customer": customer.id}).data
        self.assertEqual(["succeeded"], [one.status for one in setups])
        portal = self.stripe.billing_portal.sessions.create({
            "customer": customer.id, "flow_data": {"type": "payment_method_update"}})
        self.assertTrue(portal.url.startswith(self.url))

    def test_an_upgrade_is_prorated_and_the_preview_says_so(self):
        customer, starter, team = self.customer(), self.price(2_900), self.price(9_900)
        subscription = self.subscribe(customer, starter)
        at = JAN_1 + 10 * DAY
        self.play("clock", to=at)
        items = [{"id": subscription["items"].data[0].id, "price": team.id}]
        preview = self.stripe.invoices.create_preview({
            "subscription": subscription.id,
            "subscription_details": {"items": items, "proration_behavior": "always_invoice",
                                     "proration_date": at}})
        # 2900 × 21/31 = 1964.5…, 9900 × 21/31 = 6706.4…
        self.assertEqual([-1_965, 6_706], [line.amount for line in preview.lines.data])
        self.assertEqual(4_741, preview.amount_due)
        subscription = self.stripe.subscriptions.update(subscription.id, {
            "items": items, "proration_behavior": "always_invoice", "proration_date": at,
            "payment_behavior": "pending_if_incomplete", "expand": ["latest_invoice.payments"]})
        invoice = subscription.latest_invoice
        self.assertEqual((4_741, "paid"), (invoice.amount_paid, invoice.status))
        self.assertEqual("paid", invoice.payments.data[0].status)
        lines = self.stripe.invoices.line_items.list(invoice.id).data
        self.assertEqual([-1_965, 6_706], [line.amount for line in lines])
        self.assertEqual([team.id], [lines[1].pricing.price_details.price])

    def test_it_renews_falls_behind_and_recovers(self):
        customer = self.customer()
        subscription = self.subscribe(customer, self.price(2_900))
        self.play("clock", to=JAN_1 + 31 * DAY + 3_600)
        listed = self.stripe.invoices.list({"customer": customer.id}).data
        reasons = [(one.billing_reason, one.status) for one in listed]
        self.assertEqual(
            [("subscription_cycle", "paid"), ("subscription_create", "paid")], reasons)
        method = customer.invoice_settings.default_payment_method
        self.play("card_becomes", payment_method=method, card="pm_card_chargeCustomerFail")
        self.play("clock", to=JAN_1 + 59 * DAY + 3_600)
        subscription = self.stripe.subscriptions.retrieve(subscription.id)
        self.assertEqual("past_due", subscription.status)
        self.assertEqual(JAN_1 + 90 * DAY, subscription["items"].data[0].current_period_end)
        self.play("card_becomes", payment_method=method, card="pm_card_visa")
        self.stripe.invoices.pay(subscription.latest_invoice)
        self.assertEqual("active", self.stripe.subscriptions.retrieve(subscription.id).status)

    def test_a_schedule_changes_the_price_at_the_end(self):
        team, starter = self.price(9_900), self.price(2_900)
        subscription = self.subscribe(self.customer(), team)
        made = self.stripe.subscription_schedules.create({"from_subscription": subscription.id})
        present = made.current_phase
        self.stripe.subscription_schedules.update(made.id, {"end_behavior": "release", "phases": [
            {"items": [{"price": team.id, "quantity": 1}], "start_date": present.start_date,
             "end_date": present.end_date},
            {"items": [{"price": starter.id, "quantity": 1}], "proration_behavior": "none",
             "duration": {"interval": "month", "interval_count": 1}}]})
        self.play("clock", to=JAN_1 + 31 * DAY)
        subscription = self.stripe.subscriptions.retrieve(subscription.id)
        self.assertEqual(starter.id, subscription["items"].data[0].price.id)
        released = self.stripe.subscription_schedules.release(made.id)
        self.assertEqual(("released", subscription.id),
                         (released.status, released.released_subscription))
        canceled = self.stripe.subscriptions.cancel(subscription.id)
        self.assertEqual("canceled", canceled.status)
