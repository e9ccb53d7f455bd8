/* Memory that only starting needed. */
#ifndef UMBRA_TUI_SETTLE_H
#define UMBRA_TUI_SETTLE_H

/* Once, when everything has begun. Costs some hundred page faults, spread over what follows. */
void settle(void);

#endif
