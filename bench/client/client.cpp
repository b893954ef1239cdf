// Sends one prepared statement again and again, with a binary parameter, and times each round trip.
// pgbench can send parameters only as text, and parsing the text of a vector can take longer than
// searching for it.
//
//     client SQL PARAMETERS CLIENTS SECONDS PIPELINE CORE
//
// SQL        a statement with the parameter $1
// PARAMETERS a query with one column: the values for $1, which are sent as the server sends them
// CLIENTS    connections, each with a thread of its own
// SECONDS    for how long statements are sent
// PIPELINE   statements that a client sends before it reads an answer
// CORE       where all threads and their server processes run; -1: wherever the kernel puts them
//
// Server, database and settings are those of libpq's environment variables. On standard output:
// statements and seconds, then a line for each round trip, its microseconds. Exit status 1, with
// the reason, as soon as anything fails.
#include <libpq-fe.h>
#include <sched.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <random>
#include <span>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int kSeed = 20;
constexpr int kBinary = 1;
using Clock = std::chrono::steady_clock;

struct Free {
    void operator()(PGconn* connection) const { PQfinish(connection); }
    void operator()(PGresult* result) const { PQclear(result); }
};
using Connection = std::unique_ptr<PGconn, Free>;
using Result = std::unique_ptr<PGresult, Free>;

[[noreturn]] void fail(const char* what, const std::string& why) {
    std::fprintf(stderr, "%s: %s\n", what, why.c_str());
    std::_Exit(1);
}

Result expect(PGconn* connection, ExecStatusType status, PGresult* result) {
    if (PQresultStatus(result) != status) fail("the server says", PQerrorMessage(connection));
    return Result(result);
}

Connection connect() {
    Connection connection(PQconnectdb(""));
    if (PQstatus(connection.get()) != CONNECTION_OK)
        fail("no connection", PQerrorMessage(connection.get()));
    return connection;
}

void move_to(int core, pid_t process) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    if (sched_setaffinity(process, sizeof(set), &set) != 0)
        fail("core", "process " + std::to_string(process) + " on core " + std::to_string(core) +
                         ": " + std::strerror(errno));
}

// The values of $1. They stay where libpq received them.
class Parameters {
public:
    explicit Parameters(const char* query)
        : connection_(connect()),
          rows_(expect(connection_.get(), PGRES_TUPLES_OK,
                       PQexecParams(connection_.get(), query, 0, nullptr, nullptr, nullptr, nullptr,
                                    kBinary))) {
        if (size() == 0) fail("parameters", "there are none");
    }
    int size() const { return PQntuples(rows_.get()); }
    const char* value(int row) const { return PQgetvalue(rows_.get(), row, 0); }
    int bytes(int row) const { return PQgetlength(rows_.get(), row, 0); }

private:
    Connection connection_;
    Result rows_;
};

struct Load {
    const char* sql;
    int pipeline;
    int core;
    double seconds;
};

// One connection with the statement prepared.
class Client {
public:
    Client(const Load& load, const Parameters& parameters, unsigned seed)
        : load_(load), parameters_(parameters), connection_(connect()), random_(seed) {
        PGconn* c = connection_.get();
        if (load.core >= 0) move_to(load.core, PQbackendPID(c));
        expect(c, PGRES_COMMAND_OK, PQprepare(c, "", load.sql, 0, nullptr));
        if (load.pipeline > 1 && PQenterPipelineMode(c) != 1) fail("pipeline", PQerrorMessage(c));
    }

    void run(Clock::time_point start) {
        const std::chrono::duration<double> limit(load_.seconds);
        for (Clock::time_point before = start; before - start < limit;) {
            if (load_.pipeline > 1)
                send_many();
            else
                expect(connection_.get(), PGRES_TUPLES_OK, send(PQexecPrepared));
            const Clock::time_point after = Clock::now();
            microseconds_.push_back(
                std::chrono::duration<float, std::micro>(after - before).count());
            before = after;
        }
    }

    std::span<const float> microseconds() const { return microseconds_; }

private:
    // PQexecPrepared or PQsendQueryPrepared.
    template <typename Sent>
    Sent send(Sent (*function)(PGconn*, const char*, int, const char* const*, const int*,
                               const int*, int)) {
        const int row = std::uniform_int_distribution(0, parameters_.size() - 1)(random_);
        const char* value = parameters_.value(row);
        const int bytes = parameters_.bytes(row), format = kBinary;
        return function(connection_.get(), "", 1, &value, &bytes, &format, kBinary);
    }

    void send_many() {
        PGconn* c = connection_.get();
        for (int i = 0; i < load_.pipeline; i++)
            if (send(PQsendQueryPrepared) != 1) fail("send", PQerrorMessage(c));
        if (PQpipelineSync(c) != 1) fail("send", PQerrorMessage(c));
        for (int i = 0; i < load_.pipeline; i++) {
            expect(c, PGRES_TUPLES_OK, PQgetResult(c));
            if (PQgetResult(c) != nullptr) fail("receive", "a second result of one statement");
        }
        expect(c, PGRES_PIPELINE_SYNC, PQgetResult(c));
    }

    const Load& load_;
    const Parameters& parameters_;
    Connection connection_;
    std::minstd_rand random_;
    std::vector<float> microseconds_;
};

}  // namespace

int main(int count, char** arguments) {
    if (count != 7) fail("usage", "client SQL PARAMETERS CLIENTS SECONDS PIPELINE CORE");
    const int clients = std::atoi(arguments[3]);
    const Load load{arguments[1], std::atoi(arguments[5]), std::atoi(arguments[6]),
                    std::atof(arguments[4])};
    if (clients < 1 || load.pipeline < 1 || load.seconds <= 0)
        fail("usage", "CLIENTS, SECONDS and PIPELINE are positive numbers");
    if (load.core >= 0) move_to(load.core, 0);

    const Parameters parameters(arguments[2]);
    std::vector<std::unique_ptr<Client>> all;
    for (int i = 0; i < clients; i++)
        all.push_back(std::make_unique<Client>(load, parameters, kSeed + i));

    const Clock::time_point start = Clock::now();
    std::vector<std::jthread> threads;
    for (auto& client : all) threads.emplace_back([&client, start] { client->run(start); });
    threads.clear();
    const std::chrono::duration<double> took = Clock::now() - start;

    std::size_t trips = 0;
    for (auto& client : all) trips += client->microseconds().size();
    std::printf("%zu %f\n", trips * load.pipeline, took.count());
    for (auto& client : all)
        for (const float each : client->microseconds()) std::printf("%.1f\n", each);
}
