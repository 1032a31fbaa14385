/*
 * Reads process variables through libca, for tests: `caget [-t] [-w SECONDS] PV…`.
 *
 * Prints "PV VALUE" (with -t only VALUE) for each, in order, as libca's own string conversion gives it. All searches run at the same time and
 * share one deadline. Exit status: 0, 1 when one did not answer, 2 on bad usage.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cadef.h>

struct reading {
    chid channel;
    int created;
    int asked;
    dbr_string_t text;
};

int main(int argc, char **argv)
{
    double seconds = 5.0;
    int terse = 0, first = 1, failed = 0, i, count;
    struct reading *readings;

    for (; first < argc && argv[first][0] == '-'; first++) {
        if (strcmp(argv[first], "-t") == 0)
            terse = 1;
        else if (strcmp(argv[first], "-w") == 0 && first + 1 < argc)
            seconds = atof(argv[++first]);
        else
            break;
    }
    count = argc - first;
    if (count <= 0 || argv[first][0] == '-' || !(seconds > 0)) {
        fprintf(stderr, "usage: caget [-t] [-w SECONDS] PV...\n");
        return 2;
    }
    readings = calloc((size_t)count, sizeof *readings);
    if (!readings || ca_context_create(ca_disable_preemptive_callback) != ECA_NORMAL)
        return 2;

    for (i = 0; i < count; i++)
        readings[i].created = ca_create_channel(argv[first + i], NULL, NULL, CA_PRIORITY_DEFAULT, &readings[i].channel) == ECA_NORMAL;
    ca_pend_io(seconds);
    for (i = 0; i < count; i++) {
        if (readings[i].created && ca_state(readings[i].channel) == cs_conn)
            readings[i].asked = ca_get(DBR_STRING, readings[i].channel, readings[i].text) == ECA_NORMAL;
    }
    if (ca_pend_io(seconds) != ECA_NORMAL) {
        /* Some answers are missing and libca does not say which: ask for each again, alone. */
        for (i = 0; i < count; i++) {
            if (readings[i].asked)
                readings[i].asked = ca_get(DBR_STRING, readings[i].channel, readings[i].text) == ECA_NORMAL && ca_pend_io(1.0) == ECA_NORMAL;
        }
    }
    for (i = 0; i < count; i++) {
        if (!readings[i].asked) {
            fprintf(stderr, "%s: no answer\n", argv[first + i]);
            failed = 1;
        } else if (terse)
            printf("%s\n", readings[i].text);
        else
            printf("%s %s\n", argv[first + i], readings[i].text);
    }
    ca_context_destroy();
    free(readings);
    return failed;
}
