"""A fake of its own for every test, and the library pointed at it.

Owns: starting the process and the test's controls. Never waits by the clock.
"""

import json
import subprocess
import sys
import unittest
import urllib.error
import urllib.parse
import urllib.request

import stripe

JAN_1 = 1_767_225_600  # 2026-01-01T00:00:00Z
DAY = 86_400
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


class Playground(unittest.TestCase):
    arguments = []

    def setUp(self):
        self.process = subprocess.Popen(
            [sys.argv[1], *self.arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(self.process.communicate)
        self.url = self.process.stdout.readline().strip()
        self.stripe = stripe.StripeClient(
            "sk_test_fake",
            base_addresses={"api": self.url},
            http_client=stripe.RequestsClient(timeout=30),
            max_network_retries=0,
        ).v1

    def play(self, control, **arguments):
        """A control of the fake; its answer, or AssertionError with the error it gave."""
        told = {name: str(value).lower() if value is True or value is False else value
                for name, value in arguments.items()}
        body = urllib.parse.urlencode(told).encode()
        request = urllib.request.Request(f"{self.url}/_test/{control}", data=body)
        try:
            with OPENER.open(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise AssertionError(error.read().decode()) from None

    def customer(self, card="pm_card_visa"):
        customer = self.stripe.customers.create({"email": "ann@example.org"})
        method = self.stripe.payment_methods.attach(card, {"customer": customer.id})
        settings = {"default_payment_method": method.id}
        return self.stripe.customers.update(customer.id, {"invoice_settings": settings})

    def price(self, cents, interval="month", **more):
        return self.stripe.prices.create({
            "currency": "usd",
            "unit_amount": cents,
            "recurring": {"interval": interval},
            "product_data": {"name": f"Plan {cents}"},
            **more,
        })

    def events(self):
        return self.play("events")
