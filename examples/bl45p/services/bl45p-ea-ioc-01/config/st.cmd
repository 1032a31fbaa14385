# Written by hand: this IOC needs no generated script.
# $(IOC) is the folder of the generic IOC, $(RUNTIME_DIR) the one where ioc.subst was expanded to ioc.db.
cd "$(IOC)"

epicsEnvSet ENGINEER "bl45p"

dbLoadDatabase dbd/ioc.dbd
ioc_registerRecordDeviceDriver pdbbase

dbLoadRecords("$(RUNTIME_DIR)/ioc.db")
iocInit

# the sample changer starts at its first place
dbpf "BL45P-EA-ROBOT-01:PLACE" "1"
