"""The client without a window: a device's store and chain, the sync engine, photos, statuses.

    phone = Phone(folder, make_ports)          several enrolments on one phone, each a `Client` with its own database
    client = enrol(folder, link, ports)        redeem a one-time code
    client.act(kind, subject, body)            one operation, judged and durable before this returns
    client.record(id), client.rows(...)        what is known, own pending work folded over it
    Engine(client).step()                      one bounded piece of syncing; returns a status value
    client.needs_you()                         what was refused or collided, in plain words

Nothing here imports Kivy, reads a clock or opens a socket by itself: see `ports`.
"""
