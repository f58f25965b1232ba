# SPDX-License-Identifier: Apache-2.0
"""Prints "topic body" for what flows: python3 subscribe.py tcp://127.0.0.1:7700 trade."""
import sys

import zmq

feed = zmq.Context().socket(zmq.SUB)
feed.sndhwm = 0  # or prefixes past 1000 are lost
feed.rcvhwm = 200000
for prefix in sys.argv[2:]:
    feed.subscribe(prefix)
feed.connect(sys.argv[1])
while True:
    topic, body = feed.recv_multipart()
    sys.stdout.buffer.write(topic + b" " + body + b"\n")
    sys.stdout.buffer.flush()
