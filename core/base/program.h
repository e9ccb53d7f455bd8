/* What the program says about itself, in --version, in status and in the manual. */
#ifndef UMBRA_BASE_PROGRAM_H
#define UMBRA_BASE_PROGRAM_H

#define UMBRA_VERSION "0.1.0"

#endif
