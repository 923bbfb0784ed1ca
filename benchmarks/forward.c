/* Forward bytes between each client and a connection of its own to a port of this machine; parse and record nothing.

   The floor of bench_proxy.py: what poll, recv and send take here without Python.  cc -O2 -o forward forward.c && ./forward PORT */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define FILES 65536
#define AT_ONCE 64

static int peer[FILES]; /* of each file, the file to which its bytes go; 0 if that is closed */
static char buffer[1 << 16];

static struct sockaddr_in loopback(int port) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

static void watch(int poll, int file) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = file};
    int on = 1;
    setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (epoll_ctl(poll, EPOLL_CTL_ADD, file, &event) < 0)
        exit(1);
}

static void join(int poll, int client, int port) {
    struct sockaddr_in address = loopback(port);
    int upstream = socket(AF_INET, SOCK_STREAM, 0);
    if (upstream < 0 || upstream >= FILES || connect(upstream, (struct sockaddr *)&address, sizeof address) < 0)
        exit(1);
    fcntl(upstream, F_SETFL, O_NONBLOCK);
    peer[client] = upstream;
    peer[upstream] = client;
    watch(poll, client);
    watch(poll, upstream);
}

static void forward(int file) {
    ssize_t size = recv(file, buffer, sizeof buffer, 0);
    int other = peer[file];
    if (size > 0) {
        if (other && send(other, buffer, size, MSG_NOSIGNAL) != size && errno != EPIPE && errno != ECONNRESET)
            exit(1); /* the client is too slow for a floor that holds nothing back */
    } else if (size == 0 || errno != EAGAIN) {
        close(file);
        peer[file] = 0;
        if (other) {
            peer[other] = 0;
            shutdown(other, SHUT_RDWR);
        }
    }
}

int main(int count, char **words) {
    int port = count == 2 ? atoi(words[1]) : 0, poll = epoll_create1(0);
    int listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;
    if (!port || bind(listening, (struct sockaddr *)&address, length) < 0 || listen(listening, 4096) < 0)
        return 1;
    getsockname(listening, (struct sockaddr *)&address, &length);
    watch(poll, listening);
    fprintf(stderr, "on http://127.0.0.1:%d\n", ntohs(address.sin_port));
    for (;;) {
        struct epoll_event ready[AT_ONCE];
        int found = epoll_wait(poll, ready, AT_ONCE, -1);
        for (int index = 0; index < found; index++) {
            int file = ready[index].data.fd;
            if (file != listening)
                forward(file);
            else if ((file = accept4(listening, NULL, NULL, SOCK_NONBLOCK)) >= 0 && file < FILES)
                join(poll, file, port);
        }
    }
}
