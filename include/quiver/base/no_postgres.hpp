// Tripwire: the last include of every pure .cpp file. It keeps the server's headers, their macros
// and their longjmp out of the core, so that the core can be tested, fuzzed and benchmarked without
// a server.
#pragma once
#ifdef POSTGRES_H
#error "this file belongs to the pure core and must not see postgres.h"
#endif
