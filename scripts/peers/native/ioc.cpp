// A generic IOC on the libraries of an EPICS base, for tests: `ioc [SCRIPT…]`.
//
// Runs each script in the IOC shell, then reads commands from standard input until it ends. Nothing is loaded beforehand, so that a start-up
// script written for a generic IOC (its own dbLoadDatabase, then ioc_registerRecordDeviceDriver) runs as it stands.
// Exit status: 0, or 1 when a script could not be run to its end.
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include <unistd.h>

#include <dbAccess.h>
#include <dbStaticLib.h>
#include <envDefs.h>
#include <epicsExit.h>
#include <iocsh.h>

extern "C" {
// Exported by base's record library, in no public header: registers every record type and support function that the process has linked.
long registerAllRecordDeviceDrivers(DBBASE *base);
void iocshRegisterCommon(void);
}

namespace {

const iocshArg baseArgument = {"pdbbase", iocshArgPdbbase};
const iocshArg *const registerArguments[] = {&baseArgument};
const iocshFuncDef registerCommand = {"ioc_registerRecordDeviceDriver", 1, registerArguments};

void registerSupport(const iocshArgBuf *)
{
    if (!pdbbase)
        std::fprintf(stderr, "ioc_registerRecordDeviceDriver: load a database definition first\n");
    else if (registerAllRecordDeviceDrivers(pdbbase))
        std::fprintf(stderr, "ioc_registerRecordDeviceDriver: failed\n");
}

// A definition file that says `include "base.dbd"` finds it in the folder dbd beside bin, unless the user set a path.
void findDefinitions()
{
    if (std::getenv("EPICS_DB_INCLUDE_PATH"))
        return;
    char program[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);
    if (length <= 0)
        return;
    const std::string path(program, static_cast<size_t>(length));
    const std::string folder = path.substr(0, path.rfind('/'));
    epicsEnvSet("EPICS_DB_INCLUDE_PATH", (folder + "/../dbd").c_str());
}

} // namespace

int main(int argc, char **argv)
{
    findDefinitions();
    iocshRegisterCommon();
    iocshRegister(&registerCommand, registerSupport);
    int status = 0;
    for (int i = 1; i < argc; i++) {
        if (iocsh(argv[i]))
            status = 1;
    }
    iocsh(nullptr);
    epicsExit(status);
    return status;
}
