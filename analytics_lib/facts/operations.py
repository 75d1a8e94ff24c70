"""What keeps the platform running: services, their outages, requests; rooms that may be sold."""

from __future__ import annotations

from analytics_lib import schema
from analytics_lib.facts.fact import Dimension, Fact, named

_service, _outage = schema.services.c, schema.outages.c
_request, _capacity = schema.request_counts.c, schema.capacity.c

services = Fact(
    name="services",
    table=schema.services,
    known_at=_service.monitored_from,
    dimensions=named((Dimension("service", "Service", _service.service),)),
    serves_all=True,
)

outages = Fact(
    name="outages",
    table=schema.outages,
    known_at=_outage.started_at,
    dimensions=named((Dimension("service", "Service", _outage.service),)),
    serves_all=True,
)

requests = Fact(
    name="requests",
    table=schema.request_counts,
    known_at=_request.bucket_at,
    dimensions=named((Dimension("service", "Service", _request.service),)),
    serves_all=True,
)

capacity = Fact(
    name="capacity",
    table=schema.capacity,
    known_at=_capacity.stay_on,
    dimensions=named(
        (
            Dimension("product", "Product", _capacity.product_id),
            Dimension("product_name", "Product", schema.products.c.name),
            Dimension("product_kind", "Kind of product", schema.products.c.kind),
            Dimension("destination", "Destination", schema.products.c.destination_id),
            Dimension("destination_name", "Destination", schema.destinations.c.name),
            Dimension("country", "Country", schema.destinations.c.country_code),
            Dimension("region", "Region", schema.destinations.c.region),
        )
    ),
    joins=(
        (schema.products, schema.products.c.product_id == _capacity.product_id),
        (schema.destinations, schema.destinations.c.destination_id == schema.products.c.destination_id),
    ),
)
