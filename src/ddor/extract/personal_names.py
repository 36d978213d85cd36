"""Names that tell a person from a place: the positive evidence `identifiers.py` asks for.

Common surnames and given names of the people a detainer is about, and of the United States, from
general knowledge of frequent names; a short list on purpose. Left out are names that facilities
and counties carry as often as people do (Marion, Florence, Hall, Lake, Young), so that no agency
or offense is taken for a person. What that costs stands in `docs/extract.md`.
"""

SURNAMES = frozenset(
    """
    abdi abdullahi acosta adams aguilar aguirre ahmed alexander ali alvarado alvarez anderson
    andrade arias avila ayala baker barrera barrios bautista benitez bonilla brown cabrera calderon
    camacho campos cardenas carrillo carter castillo castro cervantes chavez chen clark collins
    contreras cordova coronado cortez cruz davis delgado deleon diaz dominguez dubois duran
    edwards escobar espinoza estrada evans fernandez figueroa flores fuentes galindo gallegos
    garcia garza gomez gonzales gonzalez green guerra guerrero gutierrez guzman hassan hernandez
    herrera ibarra ibrahim jackson jimenez johnson jones juarez khan kim lara lee leon lewis li
    lopez lozano lucero lucas luna machado maldonado marquez marroquin martinez medina mejia
    melendez mendez mendoza mercado meza miller miranda mitchell mohamed molina montes moore
    mora morales moreno munoz murphy murillo navarro nelson nguyen novak nunez ochoa ojeda okafor
    okonkwo olson ordonez orozco ortega ortiz osorio pacheco padilla palacios parker patel pena
    peralta pereira perez petrov pham phillips pineda ponce portillo quintero ramirez ramos rangel
    reyes rios rivas rivera roberts robinson robles rocha rodriguez rojas roman romero rosales
    rosario ruiz salas salazar salinas sanchez sandoval santiago santos serrano silva singh smith
    solis sosa soto suarez tapia taylor thao thomas thompson torres tran trujillo valdez valencia
    valenzuela vang vargas vasquez vazquez vega velasquez velazquez vera villanueva villarreal
    walker wang williams wilson wong wright xiong yang zamora zapata zavala zhang zuniga
    """.split()
)

GIVEN_NAMES = frozenset(
    """
    abdi abdul adrian agustin ahmed alan alberto alejandra alejandro alex alexander alfonso alfredo
    alicia amanda amir amy ana andrea andres andrew angel anthony antonia antonio armando arturo
    benito benjamin bernardo brenda brian bruno carlos carmen catalina cecilia cesar christian
    christopher claudia cristian cristina daniel daniela david diana diego dmitri edgar edith
    eduardo edwin elena elias elizabeth emilio emmanuel enrique eric erick ernesto esteban eva
    fatima felipe fernando francisco frank gabriel gabriela gerardo gilberto gloria gonzalo
    guadalupe guillermo gustavo hassan hector henry hugo ibrahim ignacio isabel israel ivan jaime
    james janet javier jennifer jeremy jessica jesus joaquin joel john jorge jose joseph joshua
    juan juana juana julia julian julio karen karina karla kenneth kevin laura leonardo leticia
    linda lorena lorenzo lucia luis luisa manuel marco marcos margarita maria mariana mariano
    maricela mario marta matthew mauricio mayra mehmet michael miguel mohamed mohammed monica
    muhammad nancy natalia nelson nicolas noe norma oleg olga omar orlando oscar osvaldo pablo
    patricia patrick paul pedro peter rafael ramiro ramon raul rebeca ricardo richard robert
    roberto rocio rodolfo rodrigo rogelio rosa ruben salvador samuel sandra santiago sara sarah
    saul sebastian sergei sergio silvia sofia sonia stephanie stephen susana tomas teresa timothy
    veronica vicente victor vladimir william xavier yolanda yusuf
    """.split()
)
