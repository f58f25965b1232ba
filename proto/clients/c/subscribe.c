/* SPDX-License-Identifier: Apache-2.0 */
/* Prints "topic body": cc subscribe.c -lzmq && ./a.out tcp://127.0.0.1:7700 trade. */
#include <stdio.h>
#include <string.h>
#include <zmq.h>
int main(int argc, char **argv)
{
    static char topic[256], body[1 << 22];
    int unlimited = 0, many = 200000;
    void *feed = zmq_socket(zmq_ctx_new(), ZMQ_SUB);
    zmq_setsockopt(feed, ZMQ_SNDHWM, &unlimited, sizeof unlimited); /* or it drops prefixes */
    zmq_setsockopt(feed, ZMQ_RCVHWM, &many, sizeof many);
    for (int i = 2; i < argc; i++)
        zmq_setsockopt(feed, ZMQ_SUBSCRIBE, argv[i], strlen(argv[i]));
    for (zmq_connect(feed, argv[1]);;) {
        int topic_len = zmq_recv(feed, topic, sizeof topic, 0);
        int body_len = zmq_recv(feed, body, sizeof body, 0);
        dprintf(1, "%.*s %.*s\n", topic_len, topic, body_len, body);
    }
}
