#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""Counts the octets that cross one loopback connection after another.

    relay.py LISTEN_PORT TARGET_PORT COUNT

Carries COUNT connections between 127.0.0.1:LISTEN_PORT and 127.0.0.1:TARGET_PORT, prints
"to_server to_client" for each when it has ended, and stops."""
import select
import socket
import sys


def carry(client, server):
    counts = {client: 0, server: 0}
    open_ends = {client, server}
    while open_ends:
        ready, _, _ = select.select(list(open_ends), [], [], 60)
        if not ready:
            break
        for end in ready:
            other = server if end is client else client
            data = end.recv(65536)
            counts[end] += len(data)
            if data:
                other.sendall(data)
                continue
            open_ends.discard(end)
            try:
                other.shutdown(socket.SHUT_WR)
            except OSError:
                open_ends.clear()
    return counts[client], counts[server]


def main():
    listen_port, target_port, count = (int(a) for a in sys.argv[1:4])
    with socket.create_server(("127.0.0.1", listen_port)) as listener:
        listener.settimeout(60)
        for _ in range(count):
            client, _ = listener.accept()
            with client, socket.create_connection(("127.0.0.1", target_port)) as server:
                print(*carry(client, server), flush=True)


if __name__ == "__main__":
    main()
