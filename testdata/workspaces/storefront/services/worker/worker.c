/* Reads orders, one a line, and counts them. */
#include <stdio.h>

#ifndef VERSION
#define VERSION "dev"
#endif

int main(void)
{
	char line[256];
	int orders = 0;

	while (fgets(line, sizeof line, stdin))
		orders++;
	printf("worker %s: %d orders\n", VERSION, orders);
	return 0;
}
