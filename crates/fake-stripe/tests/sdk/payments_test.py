"""Payments without the person, money given back, keys, webhooks."""

import time

from playground import JAN_1, Playground

import stripe


class Payments(Playground):
    def charge(self, customer, key=None, amount=2_000):
        return self.stripe.payment_intents.create({
            "amount": amount,
            "currency": "usd",
            "customer": customer.id,
            "payment_method": customer.invoice_settings.default_payment_method,
            "off_session": True,
            "confirm": True,
            "metadata": {"reference": "at_1"},
        }, {"idempotency_key": key} if key else {})

    def test_a_payment_without_the_person_goes_through(self):
        intent = self.charge(self.customer())
        self.assertEqual(("succeeded", 2_000), (intent.status, intent.amount_received))
        charge = self.stripe.charges.retrieve(intent.latest_charge)
        self.assertEqual(("visa", True), (charge.payment_method_details.card.brand, charge.paid))

    def test_a_decline_has_its_code_and_stays_on_record(self):
        customer = self.customer()
        method = customer.invoice_settings.default_payment_method
        card = "pm_card_chargeDeclinedInsufficientFunds"
        self.play("card_becomes", payment_method=method, card=card)
        with self.assertRaises(stripe.CardError) as caught:
            self.charge(customer)
        error = caught.exception.error
        self.assertEqual(("card_declined", "insufficient_funds"), (error.code, error.decline_code))
        kept = self.stripe.payment_intents.retrieve(error.payment_intent.id)
        self.assertEqual("requires_payment_method", kept.status)
        self.assertEqual("insufficient_funds", kept.last_payment_error.decline_code)

    def test_a_card_that_always_declines_cannot_be_saved(self):
        with self.assertRaises(stripe.CardError):
            self.customer("pm_card_chargeDeclinedExpiredCard")

    def test_the_bank_wants_the_person(self):
        customer = self.customer("pm_card_authenticationRequired")
        with self.assertRaises(stripe.CardError) as caught:
            self.charge(customer)
        self.assertEqual("authentication_required", caught.exception.code)
        intent = caught.exception.error.payment_intent.id
        intent = self.stripe.payment_intents.confirm(intent, {
            "payment_method": customer.invoice_settings.default_payment_method,
            "return_url": "https://example.org/back"})
        self.assertEqual("requires_action", intent.status)
        self.assertTrue(intent.next_action.redirect_to_url.url.startswith(self.url))
        self.play("confirm_bank", payment=intent.id, confirms=True)
        self.assertEqual("succeeded", self.stripe.payment_intents.retrieve(intent.id).status)

    def test_an_invoice_of_one_line_is_paid_or_waits_on_its_page(self):
        customer = self.customer("pm_card_authenticationRequired")
        invoice = self.stripe.invoices.create({
            "customer": customer.id, "auto_advance": False, "currency": "usd",
            "pending_invoice_items_behavior": "exclude", "metadata": {"reference": "at_2"}})
        self.stripe.invoice_items.create({
            "customer": customer.id, "invoice": invoice.id, "amount": 1_500, "currency": "usd",
            "description": "Credits"})
        self.stripe.invoices.finalize_invoice(invoice.id, {"auto_advance": False})
        with self.assertRaises(stripe.CardError) as caught:
            self.stripe.invoices.pay(invoice.id, {"off_session": True})
        self.assertEqual("authentication_required", caught.exception.code)
        self.play("pay_invoice", invoice=invoice.id, confirms=True)
        paid = self.stripe.invoices.retrieve(invoice.id, {"expand": ["payments"]})
        self.assertEqual(("paid", 1_500), (paid.status, paid.amount_paid))
        self.assertEqual("payment_intent", paid.payments.data[0].payment.type)

    def test_money_goes_back_in_parts_and_never_twice(self):
        intent = self.charge(self.customer())
        for amount in (500, 700):
            refund = self.stripe.refunds.create({"payment_intent": intent.id, "amount": amount})
            self.assertEqual("succeeded", refund.status)
        charge = self.stripe.charges.retrieve(intent.latest_charge, {"expand": ["refunds"]})
        self.assertEqual((1_200, False), (charge.amount_refunded, charge.refunded))
        self.assertEqual([700, 500], [one.amount for one in charge.refunds.data])
        with self.assertRaises(stripe.InvalidRequestError):
            self.stripe.refunds.create({"payment_intent": intent.id, "amount": 801})
        self.stripe.refunds.create({"payment_intent": intent.id})
        with self.assertRaises(stripe.InvalidRequestError) as caught:
            self.stripe.refunds.create({"payment_intent": intent.id})
        self.assertEqual("charge_already_refunded", caught.exception.code)

    def test_a_dispute_is_opened_and_won(self):
        intent = self.charge(self.customer("pm_card_createDispute"))
        disputes = self.stripe.disputes.list({"payment_intent": intent.id}).data
        told = [(one.status, one.amount) for one in disputes]
        self.assertEqual([("needs_response", 2_000)], told)
        evidence = {"uncategorized_text": "winning_evidence"}
        self.stripe.disputes.update(disputes[0].id, {"evidence": evidence})
        self.assertEqual("won", self.stripe.disputes.retrieve(disputes[0].id).status)
        other = self.charge(self.customer())
        dispute = self.play("dispute", payment=other.id, inquiry=True)
        self.assertEqual("warning_needs_response", dispute["status"])
        self.assertEqual("needs_response", self.play("close_dispute", dispute=dispute["id"],
                                                     won=False)["status"])
        self.assertEqual("lost", self.stripe.disputes.close(dispute["id"]).status)

    def test_a_key_pays_once(self):
        customer = self.customer()
        first, again = (self.charge(customer, key="at_1") for _ in range(2))
        self.assertEqual(first.id, again.id)
        self.assertEqual("true", again.last_response.headers["Idempotent-Replayed"])
        with self.assertRaises(stripe.IdempotencyError):
            self.charge(customer, key="at_1", amount=2_001)

    def test_a_lost_reply_is_found_under_its_key(self):
        customer = self.customer()
        self.play("fail_next", kind="cut_reply", on="/v1/payment_intents")
        with self.assertRaises(stripe.APIConnectionError):
            self.charge(customer, key="at_1")
        self.charge(customer, key="at_1")
        self.assertEqual(1, len(self.stripe.charges.list({"customer": customer.id}).data))

    def test_errors_are_of_their_classes(self):
        with self.assertRaises(stripe.InvalidRequestError) as caught:
            self.stripe.customers.create({"nickname": "x"})
        self.assertEqual(("parameter_unknown", "nickname"),
                         (caught.exception.code, caught.exception.param))
        for kind, error in (("too_many", stripe.RateLimitError),
                            ("server_error", stripe.APIError)):
            self.play("fail_next", kind=kind)
            with self.assertRaises(error):
                self.stripe.customers.create({})
        stranger = stripe.StripeClient("sk_test_other", base_addresses={"api": self.url})
        with self.assertRaises(stripe.AuthenticationError):
            stranger.v1.customers.list()


class Webhooks(Playground):
    def setUp(self):
        # The library holds a webhook's time against this machine's clock.
        self.arguments = ["--now", str(int(time.time()))]
        super().setUp()

    def test_webhooks_are_verified_by_the_library(self):
        customer = self.customer()
        self.stripe.customers.update(customer.id, {"name": "Ann"})
        self.play("scramble", stale_signatures=1)
        sent = self.events()
        events = [
            stripe.Webhook.construct_event(
                one["body"], one["headers"]["Stripe-Signature"], "whsec_fake")
            for one in sent
        ]
        kinds = [event.type for event in events]
        self.assertEqual(["customer.created", "payment_method.attached"], kinds[:2])
        self.assertEqual({"name": None}, events[-1].data.previous_attributes.to_dict())
        self.assertEqual("Ann", events[-1].data.object.name)
        header = sent[0]["headers"]["Stripe-Signature"]
        for body, secret in ((sent[0]["body"] + " ", "whsec_fake"), (sent[0]["body"], "whsec_x")):
            with self.assertRaises(stripe.SignatureVerificationError):
                stripe.Webhook.construct_event(body, header, secret)
        listed = self.stripe.events.list({"limit": 2, "type": "customer.updated"})
        self.assertEqual([events[-1].id, events[-2].id], [one.id for one in listed.data])

    def test_lists_go_on_page_by_page(self):
        made = [self.stripe.customers.create({"name": str(at)}).id for at in range(5)]
        listed = self.stripe.customers.list({"limit": 2})
        self.assertEqual(made[::-1], [one.id for one in listed.auto_paging_iter()])
        none = self.stripe.customers.list({"created": {"lt": JAN_1}})
        self.assertEqual([], none.data)
